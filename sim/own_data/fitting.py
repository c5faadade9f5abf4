"""Distributions of days needed from observed stays, those still in bed as censored, and where people go.

Four families by maximum likelihood (SciPy's distributions and optimizer), the one with the smallest AIC; stays whose pathway
nobody knows yet belong to each pathway in part (a mixture), because to leave them out would leave out the long ones.
Why not lifelines, and why not `scipy.stats.fit`: docs/decisions/fitting.md. Tests hold it to known answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.own_data.people_files import Spell, Spells, route_words

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HALF_NIGHT = 0.5  # where dates alone are known, a stay of n nights lasted n days, half a day more or less
MOMENT = 1 / 48  # days; the shortest stay that is distinguished from none
LEAST_ENDED = 10  # stays that ended; to fewer no distribution is fitted
STEP = 1e-5  # of a parameter, for slopes
KS_5_PERCENT = 1.36  # Kolmogorov's bound at 5%, times the root of the number
LEAST_GAP = 0.03  # a gap of three points is no fault, however many people there are
FAMILIES = ("exponential", "lognormal", "gamma", "weibull")
TINY = 1e-300
MOST_POWER = 700.0  # the largest number whose exponential is one


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths in days, each with whether it ended, whether it is known to the moment, and how much it counts."""

    days: Floats
    ended: Flags
    exact: Flags
    weight: Floats

    def rows(self, these: Flags) -> "Lengths":
        """Some of them."""
        return Lengths(self.days[these], self.ended[these], self.exact[these], self.weight[these])

    def counting(self, weight: Floats) -> "Lengths":
        """The same lengths, those that do not count at all left out, alike ones (to 0.01 days) put together."""
        keys = np.stack([np.round(self.days, 2), self.ended, self.exact], axis=1)[weight > 0]
        rows, where = np.unique(keys, axis=0, return_inverse=True)
        sums = np.bincount(where.ravel(), weights=weight[weight > 0], minlength=len(rows))
        return Lengths(rows[:, 0], rows[:, 1] > 0, rows[:, 2] > 0, np.asarray(sums, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class Family:
    """A fitted distribution: its family, its two parameters in SciPy's terms, and its log-likelihood."""

    name: str
    parameters: tuple[float, ...]
    log_likelihood: float = 0.0

    @property
    def frozen(self) -> Any:
        """The distribution as SciPy has it."""
        from scipy import stats  # slow to import

        if self.name == "exponential":
            return stats.expon(scale=np.exp(self.parameters[0]))
        first, second = self.parameters
        if self.name == "lognormal":
            return stats.lognorm(s=np.exp(second), scale=np.exp(first))
        maker = stats.gamma if self.name == "gamma" else stats.weibull_min
        return maker(np.exp(first), scale=np.exp(second))

    @property
    def mean(self) -> float:
        """Mean, in days."""
        return float(self.frozen.mean())

    @property
    def sd(self) -> float:
        """Standard deviation, in days."""
        return float(self.frozen.std())

    @property
    def aic(self) -> float:
        """Akaike's criterion: of two families the smaller fits better for what it takes."""
        return 2 * len(self.parameters) - 2 * self.log_likelihood

    def written(self, less: float = 0.0) -> str:
        """As a scenario says it, to four digits; its mean by so many days less."""
        if self.name == "exponential":
            return f"{{exponential: {{mean: {self.mean - less:.4g}}}}}"
        return f"{{{self.name}: {{mean: {self.mean - less:.4g}, sd: {self.sd:.4g}}}}}"


def longer_share(family: Family, days: Floats) -> Floats:
    """The share of lengths above so many days: the same as SciPy's `sf`, a hundred times as fast."""
    from scipy.special import gammaincc, ndtr

    x = np.maximum(days, 0.0)
    if family.name == "lognormal":
        mean, log_sd = family.parameters
        return np.asarray(ndtr((mean - np.log(np.maximum(x, TINY))) / np.exp(log_sd)), dtype=np.float64)
    if family.name == "gamma":
        log_shape, log_scale = family.parameters
        return np.asarray(gammaincc(np.exp(log_shape), x / np.exp(log_scale)), dtype=np.float64)
    return np.exp(-_hazard(family, x))


def _hazard(family: Family, days: Floats) -> Floats:
    """The cumulative hazard of an exponential or Weibull length."""
    log_shape, log_scale = (0.0, *family.parameters) if family.name == "exponential" else family.parameters
    power = np.exp(log_shape) * (np.log(np.maximum(days, TINY)) - log_scale)
    return np.asarray(np.exp(np.minimum(power, MOST_POWER)), dtype=np.float64)


def _log_density(family: Family, days: Floats) -> Floats:
    """The log-density of lengths above 0: the same as SciPy's `logpdf`."""
    from scipy.special import gammaln

    log_days = np.log(days)
    if family.name == "lognormal":
        mean, log_sd = family.parameters
        found = -log_days - log_sd - 0.5 * np.log(2 * np.pi) - ((log_days - mean) / np.exp(log_sd)) ** 2 / 2
    elif family.name == "gamma":
        log_shape, log_scale = family.parameters
        shape = np.exp(log_shape)
        found = (shape - 1) * log_days - days / np.exp(log_scale) - gammaln(shape) - shape * log_scale
    else:
        log_shape = 0.0 if family.name == "exponential" else family.parameters[0]
        hazard = _hazard(family, days)
        found = log_shape - log_days + np.log(np.maximum(hazard, TINY)) - hazard
    return np.asarray(found, dtype=np.float64)


def each_log_likelihood(family: Family, lengths: Lengths) -> Floats:
    """The log-likelihood of each length: its density, the share of its night, or the share of longer ones."""
    days, found = lengths.days, np.empty(len(lengths.days))
    exact = lengths.ended & lengths.exact & (days >= MOMENT)
    nights = lengths.ended & ~exact
    found[~lengths.ended] = np.log(np.maximum(longer_share(family, days[~lengths.ended]), TINY))
    found[exact] = _log_density(family, days[exact])
    half = np.where(lengths.exact[nights], MOMENT, HALF_NIGHT)
    share = longer_share(family, days[nights] - half) - longer_share(family, days[nights] + half)
    found[nights] = np.log(np.maximum(share, TINY))
    return np.maximum(found, np.log(TINY))


def fitted_family(name: str, lengths: Lengths, start: tuple[float, ...] | None = None) -> Family:
    """The family with the greatest likelihood."""
    from scipy.optimize import minimize  # slow to import

    if start is None:
        in_bed, ended = (lengths.days * lengths.weight).sum(), lengths.weight[lengths.ended].sum()
        log_mean = float(np.log(max(in_bed / ended, MOMENT)))
        start = {"exponential": (log_mean,), "lognormal": (log_mean - 0.5, 0.0)}.get(name, (0.0, log_mean))

    def cost(parameters: Floats) -> float:
        family = Family(name, tuple(parameters.tolist()))
        return -float((each_log_likelihood(family, lengths) * lengths.weight).sum() / lengths.weight.sum())

    found = minimize(cost, np.array(start), method="L-BFGS-B", bounds=[(-6, 12)] * len(start))
    return Family(name, tuple(found.x.tolist()), -float(found.fun) * float(lengths.weight.sum()))


def _best_family(lengths: Lengths) -> Family:
    """Of the four families the one with the smallest AIC."""
    return min((fitted_family(name, lengths) for name in FAMILIES), key=lambda one: one.aic)


def longer_than(lengths: Lengths) -> tuple[Floats, Floats]:
    """Kaplan and Meier's estimate: days at which stays ended, and the share that stays longer than each."""
    order = np.lexsort((~lengths.ended, lengths.days))
    days, ended, weight = lengths.days[order], lengths.ended[order], lengths.weight[order]
    at_risk = np.cumsum(weight[::-1])[::-1]
    times, first = np.unique(days, return_index=True)
    ends = np.add.reduceat(np.where(ended, weight, 0.0), first)
    share = np.cumprod(1 - ends / at_risk[first])
    days_seen, stay_longer = np.asarray(times, dtype=np.float64), np.asarray(share, dtype=np.float64)
    return days_seen[ends > 0], stay_longer[ends > 0]


@dataclass(frozen=True, slots=True)
class Fit:
    """How long the people of a group need who take a route, how many take it, and what this rests on."""

    group: str
    service: str
    route: str  # empty: whatever the route
    family: Family | None  # None: too few stays ended
    share: float  # of those who were admitted
    ended: int  # stays that ended, their pathway known
    open: int  # stays that had not, their pathway known
    unknown: float  # parts of stays whose pathway nobody knows (yet)
    times: Floats  # Kaplan-Meier: days ...
    longer: Floats  # ... and the share that stays longer
    gap: float = 0.0  # the largest distance between the two curves
    gap_days: float = 0.0  # where that is
    trait: str = ""  # the people of one level of a trait alone
    level: str = ""

    @property
    def noise(self) -> float:
        """The gap that a true distribution would hardly exceed (Kolmogorov's 5%, which is generous to a fitted one)."""
        return KS_5_PERCENT / sqrt(max(self.ended, 1))

    @property
    def is_good(self) -> bool:
        """Whether the curve follows what was seen as well as that number of people can tell."""
        return self.gap <= max(self.noise, LEAST_GAP)


def fit_spells(spells: Spells, trait: str = "") -> list[Fit]:
    """The fits of every group and service: all routes together first, then each, the commonest first.

    With a trait those of everybody first, then those of each of its levels that the file gives.
    """
    found, order = [], route_words(spells)
    places = dict.fromkeys((one.group, one.service) for one in spells.all)
    for group, service in places:
        chosen = [one for one in spells.all if (one.group, one.service) == (group, service)]
        found += fits_of(group, service, chosen, spells.until, order)
        for level in sorted({level for one in chosen for name, level in one.levels if name == trait}):
            theirs = [one for one in chosen if (trait, level) in one.levels]
            fits = fits_of(group, service, theirs, spells.until, order)
            found += [replace(fit, trait=trait, level=level) for fit in fits]
    return found


def fits_of(group: str, service: str, spells: Sequence[Spell], until: float, order: Sequence[str]) -> list[Fit]:
    """The fits of one group in one service."""
    needed = [spell.needed(until) for spell in spells]
    lengths = Lengths(
        np.array([days for days, _, _ in needed]),
        np.array([ended for _, ended, _ in needed], dtype=bool),
        np.array([exact for _, _, exact in needed], dtype=bool),
        np.ones(len(needed)),
    )
    there = {spell.route for spell in spells}
    routes = [one for one in order if one in there]
    of_route = np.array([routes.index(spell.route) if spell.route else -1 for spell in spells])
    found = [_fit(group, service, "", lengths, 1.0, np.zeros(len(spells)))]
    if not routes:
        return found
    families, shares, parts = _by_route(lengths, of_route, len(routes))
    for number, route in enumerate(routes):
        weights = np.where(of_route == number, 1.0, np.where(of_route < 0, parts[:, number], 0.0))
        unknown = np.where(of_route < 0, parts[:, number], 0.0)
        one = _fit(group, service, route, replace(lengths, weight=weights), float(shares[number]), unknown)
        found.append(replace(one, family=families[number]) if families[number] is None else one)
    return found


def _by_route(lengths: Lengths, of_route: NDArray[Any], number: int) -> tuple[list[Family | None], Floats, Floats]:
    """Each route's family, its share, and the part of each stay that is its.

    A mixture: somebody of unknown route is of each in proportion to its share times the likelihood of their stay there.
    """
    known = np.stack([(of_route == one).astype(float) for one in range(number)], axis=1)
    counted = [lengths.counting(known[:, one]) for one in range(number)]
    families = [_best_family(one) if one.weight[one.ended].sum() >= LEAST_ENDED else None for one in counted]
    unknown = of_route < 0
    parts, shares = known.copy(), known.sum(axis=0) / known.sum()
    if unknown.any():
        open_rows = lengths.rows(unknown)
        mixture = Mixture(counted, open_rows.counting(open_rows.weight))
        families, shares = mixture.fitted(families, shares)
        parts[unknown] = _parts(families, shares, open_rows)
        families = [
            family and _best_family(lengths.counting(parts[:, number])) for number, family in enumerate(families)
        ]
    return families, shares, parts


def _parts(families: Sequence[Family | None], shares: Floats, rows: Lengths) -> Floats:
    """The part of each of these stays that is each route's; a route without a family has people of every length."""
    logs = _log_likelihoods(families, shares, rows)
    found = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


def _log_likelihoods(families: Sequence[Family | None], shares: Floats, rows: Lengths) -> Floats:
    """Of each stay (rows) as one of each route (columns)."""
    nothing = np.zeros(len(rows.days))
    each = [each_log_likelihood(family, rows) if family else nothing for family in families]
    return np.stack([np.log(max(share, TINY)) + one for share, one in zip(shares, each, strict=True)], axis=1)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Stays of known routes, and stays that may be of any of them."""

    known: Sequence[Lengths]  # by route
    unknown: Lengths

    def fitted(self, families: Sequence[Family | None], shares: Floats) -> tuple[list[Family | None], Floats]:
        """Families (of the kinds given) and shares of the greatest likelihood, by L-BFGS from these.

        The slope of the whole log-likelihood is that of each route alone, every stay of unknown route counting there by its
        part (Fisher's invariant), so that one step costs no more than one of an EM algorithm, and far fewer are needed.
        """
        from scipy.optimize import minimize  # slow to import

        sizes = [len(family.parameters) if family else 0 for family in families]

        def read(position: Floats) -> tuple[list[Family | None], Floats]:
            places = np.split(position, np.cumsum(sizes))
            made = [
                family and Family(family.name, tuple(at.tolist())) for family, at in zip(families, places, strict=False)
            ]
            logits = np.exp(places[-1] - places[-1].max())
            return made, logits / logits.sum()

        def cost(position: Floats) -> tuple[float, Floats]:
            value, slope = self._value_and_slope(*read(position))
            return -value / self._total, -slope / self._total

        start = np.concatenate(
            [*(family.parameters for family in families if family), np.log(np.maximum(shares, 1e-4))]
        )
        bounds = [(-6.0, 12.0)] * sum(sizes) + [(-12.0, 12.0)] * len(shares)
        return read(np.asarray(minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x))

    @property
    def _total(self) -> float:
        return float(sum(one.weight.sum() for one in (*self.known, self.unknown)))

    def _value_and_slope(self, families: Sequence[Family | None], shares: Floats) -> tuple[float, Floats]:
        logs = _log_likelihoods(families, shares, self.unknown)
        most = logs.max(axis=1, keepdims=True)
        value = float(self.unknown.weight @ (most[:, 0] + np.log(np.exp(logs - most).sum(axis=1))))
        parts = np.exp(logs - most) / np.exp(logs - most).sum(axis=1, keepdims=True)
        slopes, weights = [], []
        for number, (family, known) in enumerate(zip(families, self.known, strict=True)):
            counting = self.unknown.weight * parts[:, number]
            weights.append(float(known.weight.sum() + counting.sum()))
            value += float(known.weight.sum()) * float(np.log(shares[number]))
            if family:
                now = _weighted(family, known, self.unknown, counting)
                value += float(each_log_likelihood(family, known) @ known.weight)
                slopes += [(_weighted(one, known, self.unknown, counting) - now) / STEP for one in _moved(family)]
        return value, np.array([*slopes, *(np.array(weights) - self._total * shares)])


def _weighted(family: Family, known: Lengths, unknown: Lengths, counting: Floats) -> float:
    """The log-likelihood of a route's own stays, and of the others by their parts."""
    return float(each_log_likelihood(family, known) @ known.weight + each_log_likelihood(family, unknown) @ counting)


def _moved(family: Family) -> list[Family]:
    """The family with each parameter a small step on."""
    every = range(len(family.parameters))
    return [
        replace(family, parameters=tuple(v + STEP * (i == one) for i, v in enumerate(family.parameters)))
        for one in every
    ]


def _fit(group: str, service: str, route: str, lengths: Lengths, share: float, unknown: Floats) -> Fit:
    """One fit with its goodness."""
    known = (lengths.weight > 0) & (unknown == 0)
    compact = lengths.counting(lengths.weight)
    times, longer = longer_than(compact)
    ended, still = int((known & lengths.ended).sum()), int((known & ~lengths.ended).sum())
    fit = Fit(group, service, route, None, share, ended, still, float(unknown.sum()), times, longer)
    if ended < LEAST_ENDED:
        return fit
    family = _best_family(compact)
    # dates alone: nights were rounded, so that the share of stays of n nights or fewer is that of n days and a half
    edges = times + (0.0 if lengths.exact[lengths.ended].mean() > 0.5 else HALF_NIGHT)
    gaps = np.abs(longer_share(family, edges) - longer)
    at = int(np.argmax(gaps))
    return replace(fit, family=family, gap=float(gaps[at]), gap_days=float(times[at]))


def quantile_rows(
    fit: Fit, points: Sequence[float] = tuple(np.arange(1, 100) / 100)
) -> list[tuple[float, float, float]]:
    """Shares of people, the days below which so many were seen to need, and what the distribution says; as far as was seen."""
    if fit.family is None:
        return []
    rows = []
    for point in points:
        seen = np.flatnonzero(fit.longer <= 1 - point + 1e-12)
        if len(seen):
            rows.append((float(point), float(fit.times[seen[0]]), float(fit.family.frozen.ppf(point))))
    return rows
