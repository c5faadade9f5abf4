"""A planner's own hospital of 420 beds, made from the shipped template as docs/your-own-hospital.md says."""

import shutil
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NUMBERS = {  # of the template, one after the other, and those of a hospital of 420 beds
    "beds: 310 ": "beds: 420 ",
    "arrivals_per_day: 26 ": "arrivals_per_day: 35 ",
    "mean: 9, sd: 11.8}": "mean: 9.2, sd: 12.05}",
    "mean: 6.84, sd: 8.97}": "mean: 6.99, sd: 9.16}",
    "mean: 12.6, sd: 16.52}": "mean: 12.88, sd: 16.87}",
    "mean: 16.2, sd: 21.24}": "mean: 16.56, sd: 21.69}",
    "mean: 20.7, sd: 27.14}": "mean: 21.16, sd: 27.72}",
    "home.share: 66.03%": "home.share: 63.24%",
    "home_reablement.share: 12.369%": "home_reablement.share: 13.02%",
    "home_care.share: 3.8874%": "home_care.share: 4.092%",
    "community_health.share: 1.4136%": "community_health.share: 1.488%",
    "community_beds.share: 6.045%": "community_beds.share: 6.975%",
    "care_home_assessment.share: 3.255%": "care_home_assessment.share: 4.185%",
    "home_reablement.places: 60 ": "home_reablement.places: 85 ",
    "mean: 18, sd: 28}": "mean: 19, sd: 28.5}",
    "community_beds.beds: 26 ": "community_beds.beds: 38 ",
    "mean: 25, sd: 19}": "mean: 24, sd: 18}",
    "care_home_assessment.beds: 33 ": "care_home_assessment.beds: 52 ",
    "mean: 48, sd: 36}": "mean: 45, sd: 33.75}",
    "mean: 6.8, sd: 24}": "mean: 7, sd: 24.5}",
}


def make_own_hospital(folder: Path) -> None:
    """scenarios/ in this folder with what is shipped, my_hospital.yaml and my_cedarwood.yaml."""
    for part in ("ranges", "targets"):
        shutil.copytree(SCENARIOS / part, folder / "scenarios" / part)
    for name in ("baseline.yaml", "template.yaml", "cedarwood.yaml"):
        shutil.copy(SCENARIOS / name, folder / "scenarios" / name)
    text = (SCENARIOS / "template.yaml").read_text(encoding="utf-8")
    for shipped, own in NUMBERS.items():
        assert shipped in text, shipped
        text = text.replace(shipped, own)
    (folder / "scenarios" / "my_hospital.yaml").write_text(text, encoding="utf-8")
    cedarwood = (SCENARIOS / "cedarwood.yaml").read_text(encoding="utf-8")
    ours = cedarwood.replace("extends: baseline.yaml", "extends: my_hospital.yaml")
    (folder / "scenarios" / "my_cedarwood.yaml").write_text(ours, encoding="utf-8")
