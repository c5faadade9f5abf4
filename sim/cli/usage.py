"""What can be typed, as --help shows it, and what cannot be carried out.

What may be changed here: wording freely; verbs, options and exit codes are a contract.
"""

import re

from sim.home import FRONT_DOOR, PROGRAM

USAGE = """\
run_sim.py: what would another reablement unit, another step or another price change?

  run_sim.py                           compare scenarios/baseline.yaml with scenarios/cedarwood.yaml
  run_sim.py run FILE...               run scenarios, each on its own
  run_sim.py compare BASE OTHER...     run scenarios on the same people and show what differs from BASE
  run_sim.py calibrate [FILE]          hold a scenario's figures against published targets
  run_sim.py sensitivity BASE OTHER    which assumption, within its range, would change what OTHER does?
  run_sim.py validate FILE...          check scenario files, run nothing
  run_sim.py show FILE                 print every value in force, and the file and line it comes from
  run_sim.py schema                    print a JSON Schema of scenario files, for editors
  run_sim.py scenarios [FOLDER]        copy the shipped scenarios to a folder of your own (default: scenarios)
  run_sim.py check [FILE...]           rerun baselines and fail if a result moved (default: those in tests/expected)
  run_sim.py check FILE... --update --reason TEXT
                                       record what is found now, with the reason; the only way to move a baseline
  run_sim.py test [ARGUMENT...]        run the everyday tests (--all: the slow ones too, --nightly: every test); arguments go to pytest

Options of run and compare:
  --replications N     how many simulated runs of each scenario (instead of what the file says)
  --seed S             a different random seed
  --workers N          processes at once (default: one for each processor); the results do not depend on it
  --cluster ADDRESS    the workers of a Dask cluster instead, as in tcp://10.0.0.5:8786; `local` starts one here (docs/scale.md)
  --outputs DIR        where the folder with results goes (default: outputs)
  --json FILE          the results as JSON too; - is standard output: all else then goes to standard error
  --people FILE        every stay as CSV; waits and steps go beside it (FILE-waits, FILE-steps)
  --replications-csv   write replications.csv, every figure of every replication, of more than 1,000 replications too
  --parquet            the same as replications.parquet, in a fifth of the room (adds the package pyarrow on first use)
  --set PATH=VALUE     one value changed, as in --set services.hospital.beds=300; repeatable; checked like
                       a file; in compare it goes to every file that has the path
  --follow-up-years N  go on for so long, and count what those who became ready cost in each year, and what life they have
  --sensitivity FILE   (compare) a sensitivity.csv: the report names the assumptions that change the verdict
  --order people       (compare) of the ranking: fewest delayed people first; or money: least cash first
  --observe            test every identity on every event; slower, and the same results
  --engine NAME        auto, compiled or reference (default: auto, the compiled one where it works); the same results
  --no-cross-check     the SimPy model does not run replication 1 of every scenario beside the compiled engine; of
                       many scenarios it still runs every twentieth (also --no-witness, its earlier name)
  --fresh              run all anew; else what an earlier command has found is taken from the store of finished blocks
  --traceback          where something of ours breaks, show where
Options of check: --workers, --json, --observe, --engine, --no-cross-check, --traceback, and
  --junit FILE         the outcome as JUnit XML
  --summary FILE       the outcome as Markdown, added to FILE
  --annotations        lines that GitHub shows beside the scenario line that differs
Options of calibrate: --set, --replications, --seed, --workers, --cluster, --engine, --no-cross-check, --fresh, and
  --targets FILE       what it should show (default: scenarios/targets/england_65plus.csv)
  --page FILE          the table as a page of Markdown too
  --fit FILE           move the settings of a file of ranges until the binding targets are met; also one setting,
                       as in --fit services.unit.beds=20..30; repeatable
  --write FILE         (with --fit) a scenario with the fitted values, which extends the one that was fitted
  --evaluations N      (with --fit) at most so many runs of the scenario (default: 20, and 20 for each setting)
Options of sensitivity: --set, --replications, --seed, --workers, --cluster, --engine, --no-cross-check, --fresh, --outputs, and
  --ranges FILE        which assumptions, from where to where (default: scenarios/ranges/england.csv)
  --measure NAME       which measure (default: delayed_people_mean)
  --service NAME       of which service (default: the hospital; all_hospitals of several)
Options of validate and show: --set, --replications, --seed; of validate also
  --json FILE          what is wrong, or worth knowing, as JSON; - is standard output

  --help, --version

FILE may be a pattern: compare scenarios/baseline.yaml "scenarios/*.yaml". The base given twice counts once.
Exit codes: 0 done, 2 bad input or usage (or no room, right or memory for it), 3 a fault of ours, 130 interrupted;
of check also 1: a result moved."""

HELP_SHOWS = f"({PROGRAM} --help shows every verb and option)"


def usage(program: str = PROGRAM) -> str:
    """The page under the name that the program goes by, its columns kept."""
    page = re.sub(
        r"^  run_sim\.py(.*?)  +(?=\S)", lambda verb: f"  {program}{verb[1]}".ljust(37) + "  ", USAGE, flags=re.M
    )
    return page.replace(FRONT_DOOR, program)


class UsageError(Exception):
    """A command line that cannot be carried out: every reason, in words for the person who typed it."""

    def __init__(self, *problems: str, hint: str = "") -> None:
        super().__init__("\n".join((*problems, hint) if hint else problems))
        self.problems = problems
