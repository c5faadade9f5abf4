"""A planner's own hospital of 420 beds, made from the shipped template as docs/your-own-hospital.md says."""

import re
import shutil
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"
J = "people.older_people.journey."
NUMBERS = {  # of the template, by path or name, and those of a hospital of 420 beds
    "services.hospital.beds": "420",
    "people.older_people.arrivals_per_day": "30",
    f"{J}hospital.stay_days": "{lognormal: {mean: 9.2, sd: 12.05}}",
    f"{J}hospital.then.none.home.stay_days": "{lognormal: {mean: 6.99, sd: 9.16}}",
    f"{J}hospital.then.resident.own_care_home.stay_days": "{lognormal: {mean: 6.99, sd: 9.16}}",
    f"{J}hospital.then.reablement.pathway_1.stay_days": "{lognormal: {mean: 12.88, sd: 16.87}}",
    f"{J}hospital.then.home_care.home_care.stay_days": "{lognormal: {mean: 12.88, sd: 16.87}}",
    f"{J}hospital.then.community_health.community_health.stay_days": "{lognormal: {mean: 12.88, sd: 16.87}}",
    f"{J}hospital.then.bed.pathway_2.stay_days": "{lognormal: {mean: 16.56, sd: 21.69}}",
    f"{J}hospital.then.care_home.care_home_assessment.stay_days": "{lognormal: {mean: 21.16, sd: 27.72}}",
    "none": "66%",
    "reablement": "15%",
    "home_care": "5%",
    "community_health": "2%",
    "bed": "7.5%",
    "care_home": "4.5%",
    "services.home_reablement.places": "85",
    f"{J}home_reablement.stay_days": "{lognormal: {mean: 19, sd: 28.5}}",
    "services.community_beds.beds": "38",
    f"{J}community_beds.stay_days": "{lognormal: {mean: 24, sd: 18}}",
    "services.care_home_assessment.beds": "44",
    f"{J}care_home_assessment.stay_days.recovers": "{lognormal: {mean: 45, sd: 33.75}}",
    "steps.start_home_care.takes_days": "{lognormal: {mean: 7.2, sd: 24.5}}",
}


def with_numbers(text: str) -> str:
    """The template with each number of ours in the place of the shipped one."""
    for path, ours in NUMBERS.items():
        text, count = re.subn(
            rf"^( +{re.escape(path)}:) .*?( +# YOURS)", rf"\g<1> {ours}\g<2>", text, flags=re.MULTILINE
        )
        assert count == 1, path
    return text


def make_own_hospital(folder: Path) -> None:
    """scenarios/ in this folder with what is shipped, my_hospital.yaml and my_cedarwood.yaml."""
    for part in ("ranges", "targets"):
        shutil.copytree(SCENARIOS / part, folder / "scenarios" / part)
    for name in ("baseline.yaml", "template.yaml", "cedarwood.yaml"):
        shutil.copy(SCENARIOS / name, folder / "scenarios" / name)
    text = with_numbers((SCENARIOS / "template.yaml").read_text(encoding="utf-8"))
    (folder / "scenarios" / "my_hospital.yaml").write_text(text, encoding="utf-8")
    cedarwood = (SCENARIOS / "cedarwood.yaml").read_text(encoding="utf-8")
    ours = cedarwood.replace("extends: baseline.yaml", "extends: my_hospital.yaml")
    (folder / "scenarios" / "my_cedarwood.yaml").write_text(ours, encoding="utf-8")
