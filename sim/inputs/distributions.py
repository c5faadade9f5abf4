"""How long: the families a planner may write; mean in, days out.

A distribution is turned into days by the inverse transform of one uniform number, so that the same number gives the same
person a longer stay when the planner writes a longer mean. The scalar functions use only arithmetic and the C library's
`sqrt`, `log`, `exp` and `pow`, so that a compiled engine reads the same source and gets the same bits. An exponential length is
`-log(1 - u)` and not `-log1p(-u)`: 1 - u is exact for every random number of ours, and `log` takes half the time.

Every stay is drawn through this module: a change here moves results.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

FIXED, EXPONENTIAL, LOGNORMAL, WEIBULL, TRIANGULAR, UNIFORM, TABLE, NORMAL_TABLE = range(8)

# A family on condition that a length lies between two limits has its own code plus BOUNDED, and these four bounds: the shares
# of the family's lengths below the lower limit and within the upper one, then both limits.
BOUNDED = 8
SHARE_FROM, SHARE_TO, AT_LEAST, AT_MOST = range(4)
LARGEST_SHARE = 1 - 2**-53
LEAST_PROBABILITY = 1e-9  # beyond, shares next to each other as numbers would be lengths far apart

# A tabled family holds its quantiles on an even grid of normal scores: as fine in the tails as in the middle.
SCORE_LIMIT = 8.5
SCORES_PER_UNIT = 256


def normal_quantile(p: float) -> float:
    """The standard normal quantile of 0 < p < 1 (Wichura 1988, algorithm AS 241, about 16 digits)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = (
            ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608
        )  # fmt: skip
        below = (
            ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0
        )  # fmt: skip
        return q * above / below
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        above = (
            ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
            + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734
        )  # fmt: skip
        below = (
            ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
            + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0
        )  # fmt: skip
    else:
        r -= 5.0
        above = (
            ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
            + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772
        )  # fmt: skip
        below = (
            ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
            + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0
        )  # fmt: skip
    return -above / below if q < 0.0 else above / below


def interpolate(table: Sequence[float], position: float) -> float:
    """The value of an evenly spaced table at a position 0 .. len - 1, straight between its points."""
    last = len(table) - 1
    if position <= 0.0:
        return table[0]
    if position >= last:
        return table[last]
    index = int(position)
    return table[index] + (table[index + 1] - table[index]) * (position - index)


def quantile(
    code: int, a: float, b: float, c: float, table: Sequence[float], bounds: Sequence[float], u: float
) -> float:
    """The days below which a share 0 < u < 1 of people stay; a, b, c are what the family's constructor put there."""
    if code >= BOUNDED:
        return bounded(code - BOUNDED, a, b, c, table, bounds, u)
    return closed_form(code, a, b, c, u) if code < TABLE else tabled(code, table, u)


def bounded(
    code: int, a: float, b: float, c: float, table: Sequence[float], bounds: Sequence[float], u: float
) -> float:
    """The quantile of a family on condition that a length lies between its bounds: one uniform number, whatever they are."""
    share = bounds[SHARE_FROM] + (bounds[SHARE_TO] - bounds[SHARE_FROM]) * u
    share = min(share, LARGEST_SHARE)
    days = closed_form(code, a, b, c, share) if code < TABLE else tabled(code, table, share)
    if days < bounds[AT_LEAST]:  # by rounding
        return bounds[AT_LEAST]
    return bounds[AT_MOST] if days > bounds[AT_MOST] else days


def closed_form(code: int, a: float, b: float, c: float, u: float) -> float:
    """The quantile of a family that needs no table."""
    if code == FIXED:
        return a
    if code == EXPONENTIAL:
        return -a * math.log(1.0 - u)
    if code == LOGNORMAL:
        return math.exp(a + b * normal_quantile(u))
    if code == WEIBULL:
        return float(a * math.pow(-math.log(1.0 - u), b))
    if code == TRIANGULAR:
        return triangular_quantile(a, b, c, u)
    return a + (b - a) * u  # uniform


def tabled(code: int, table: Sequence[float], u: float) -> float:
    """The quantile of a family that is read from a table."""
    if code == TABLE:
        return interpolate(table, u * (len(table) - 1))
    return interpolate(table, (normal_quantile(u) + SCORE_LIMIT) * SCORES_PER_UNIT)


def share_within(
    code: int, a: float, b: float, c: float, table: Sequence[float], bounds: Sequence[float], days: float
) -> float:
    """The share of lengths of at most `days`, found by halving (the quantile only rises)."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if quantile(code, a, b, c, table, bounds, middle) <= days:
            low = middle
        else:
            high = middle
    return low


def triangular_quantile(low: float, mode: float, high: float, u: float) -> float:
    """The quantile of a length between low and high, most often mode."""
    width = high - low
    if width <= 0.0:
        return low
    if u * width < mode - low:
        return low + math.sqrt(u * width * (mode - low))
    return high - math.sqrt((1.0 - u) * width * (high - mode))


@dataclass(frozen=True, slots=True)
class Distribution:
    """A length of time in days (or, for hours-based need, hours a week): its family and what the inverse transform needs."""

    family: str
    code: int
    mean_days: float
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    table: tuple[float, ...] = ()
    bounds: tuple[float, ...] = ()

    def days(self, u: float) -> float:
        """The quantile at a uniform number 0 < u < 1."""
        return quantile(self.code, self.a, self.b, self.c, self.table, self.bounds, u)

    def share_within(self, days: float) -> float:
        """The share of lengths of at most `days`."""
        return share_within(self.code, self.a, self.b, self.c, self.table, self.bounds, days)

    def scaled(self, factor: float) -> "Distribution":
        """The same lengths, each times a factor above 0; limits are multiplied with the lengths between them."""
        if factor == 1.0:
            return self
        code, a, b, c = self.code % BOUNDED, self.a, self.b, self.c
        if code == LOGNORMAL:
            a += math.log(factor)
        elif code == WEIBULL:
            a *= factor
        else:
            a, b, c = a * factor, b * factor, c * factor
        table = tuple(value * factor for value in self.table)
        bounds = (*self.bounds[:AT_LEAST], *(limit * factor for limit in self.bounds[AT_LEAST:]))
        return replace(self, mean_days=self.mean_days * factor, a=a, b=b, c=c, table=table, bounds=bounds)

    @property
    def shortest_days(self) -> float:
        """The shortest length it can give; 0 for the families that start there."""
        starts_at_a = self.code % BOUNDED in (FIXED, TRIANGULAR, UNIFORM)
        shortest = self.a if starts_at_a else self.table[0] if self.table else 0.0
        return max(shortest, self.bounds[AT_LEAST]) if self.bounds else shortest

    @property
    def longest_days(self) -> float:
        """The longest length it can give; infinite for the families without an end."""
        ends = {FIXED: self.a, TRIANGULAR: self.c, UNIFORM: self.b, TABLE: self.table[-1] if self.table else 0.0}
        longest = ends.get(self.code % BOUNDED, math.inf)
        return min(longest, self.bounds[AT_MOST]) if self.bounds else longest


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"the {name} must be above 0, not {value:g}")
    return value


def _spread(sd: float) -> float:
    if sd < 0:
        raise ValueError(f"the sd must not be below 0, not {sd:g}")
    return sd


def fixed(days: float) -> Distribution:
    """Always the same length, 0 included."""
    if days < 0:
        raise ValueError(f"a length must not be below 0, not {days:g}")
    return Distribution("fixed", FIXED, days, days)


def exponential(mean: float) -> Distribution:
    """Memoryless, by its mean."""
    return Distribution("exponential", EXPONENTIAL, _positive("mean", mean), mean)


def lognormal(mean: float, sd: float) -> Distribution:
    """Right-skewed, by the mean and sd of the lengths themselves (not of their logs)."""
    _positive("mean", mean)
    if _spread(sd) == 0:
        return fixed(mean)
    variance_of_log = math.log1p((sd / mean) ** 2)
    return Distribution("lognormal", LOGNORMAL, mean, math.log(mean) - variance_of_log / 2, math.sqrt(variance_of_log))


def lognormal_median(mean: float, median: float) -> Distribution:
    """Right-skewed, by mean and median; the median of a lognormal is never above its mean."""
    _positive("mean", mean)
    _positive("median", median)
    if median > mean:
        raise ValueError(f"the median {median:g} is above the mean {mean:g}, which a lognormal cannot be")
    if median == mean:
        return fixed(mean)
    return Distribution(
        "lognormal", LOGNORMAL, mean, math.log(median), math.sqrt(2 * (math.log(mean) - math.log(median)))
    )


def gamma(mean: float, sd: float) -> Distribution:
    """Gamma by mean and sd, read from a fine table of its quantiles."""
    _positive("mean", mean)
    if _spread(sd) == 0:
        return fixed(mean)
    from scipy.special import gammainccinv, gammaincinv, ndtr  # slow to import, so only where it is written

    shape, scale = (mean / sd) ** 2, sd * sd / mean
    table = []
    for point in range(int(2 * SCORE_LIMIT * SCORES_PER_UNIT) + 1):
        score = point / SCORES_PER_UNIT - SCORE_LIMIT
        length = gammaincinv(shape, ndtr(score)) if score < 0 else gammainccinv(shape, ndtr(-score))
        table.append(float(length) * scale)
    return Distribution("gamma", NORMAL_TABLE, mean, table=tuple(table))


def weibull(mean: float, sd: float) -> Distribution:
    """Weibull by mean and sd; the shape is found by halving."""
    _positive("mean", mean)
    if _spread(sd) == 0:
        return fixed(mean)
    wanted = math.log1p((sd / mean) ** 2)

    def log_second_moment_ratio(inverse_shape: float) -> float:
        return math.lgamma(1 + 2 * inverse_shape) - 2 * math.lgamma(1 + inverse_shape)

    low, high = 0.0, 1.0
    while log_second_moment_ratio(high) < wanted:
        high *= 2
        if high > 64:
            raise ValueError(f"the sd {sd:g} is too large beside the mean {mean:g}")
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if log_second_moment_ratio(middle) < wanted else (low, middle)
    inverse_shape = 0.5 * (low + high)
    return Distribution(
        "weibull", WEIBULL, mean, math.exp(math.log(mean) - math.lgamma(1 + inverse_shape)), inverse_shape
    )


def triangular(low: float, mode: float, high: float) -> Distribution:
    """Straight up to the mode and straight down."""
    if not 0 <= low <= mode <= high:
        raise ValueError(f"low, mode and high must rise from 0: {low:g}, {mode:g}, {high:g}")
    return Distribution("triangular", TRIANGULAR, (low + mode + high) / 3, low, mode, high)


def uniform(low: float, high: float) -> Distribution:
    """Anything between low and high alike."""
    if not 0 <= low <= high:
        raise ValueError(f"low and high must rise from 0: {low:g}, {high:g}")
    return Distribution("uniform", UNIFORM, (low + high) / 2, low, high)


def quantiles(values: Sequence[float]) -> Distribution:
    """Lengths read between evenly spaced quantiles, the first at 0% and the last at 100%."""
    if len(values) < 2:
        raise ValueError("quantiles need at least two values, the lowest and the highest")
    if values[0] < 0 or any(later < earlier for earlier, later in zip(values, values[1:], strict=False)):
        raise ValueError("quantiles must rise from 0 or more")
    between = [(earlier + later) / 2 for earlier, later in zip(values, values[1:], strict=False)]
    return Distribution("empirical", TABLE, sum(between) / len(between), table=tuple(float(v) for v in values))


def from_sample(values: Sequence[float]) -> Distribution:
    """The lengths that were observed, in any order, straight between neighbours."""
    if not values:
        raise ValueError("there are no lengths in the file")
    ordered = sorted(values)
    return quantiles(ordered if len(ordered) > 1 else ordered * 2)


# -- on condition that a length lies between two limits ------------------------------------------------------------------


def between(written: Distribution, at_least: float, at_most: float) -> Distribution:
    """The lengths of a family on condition that they lie in [at_least, at_most], drawn from one uniform number as before."""
    if written.code == FIXED and at_least <= written.a <= at_most:
        return written
    share_from = written.share_within(math.nextafter(at_least, -1.0)) if at_least > written.shortest_days else 0.0
    share_to = written.share_within(at_most) if at_most < written.longest_days else 1.0
    if share_to - share_from < LEAST_PROBABILITY:
        raise ValueError(f"leaves fewer than one value in {1 / LEAST_PROBABILITY:,.0f}, too few to draw from")
    return replace(
        written,
        code=written.code + BOUNDED,
        mean_days=conditional_mean(written, at_least, at_most),
        bounds=(share_from, share_to, at_least, at_most),
    )


def conditional_mean(written: Distribution, at_least: float, at_most: float) -> float:
    """The mean of the lengths between two limits, in closed form (of a tabled family: of its table)."""
    mean_of = {
        EXPONENTIAL: _exponential_mean,
        LOGNORMAL: _lognormal_mean,
        WEIBULL: _weibull_mean,
        TRIANGULAR: _triangular_mean,
        UNIFORM: _uniform_mean,
        TABLE: _table_mean,
        NORMAL_TABLE: _normal_table_mean,
    }[written.code]
    return min(max(mean_of(written, at_least, at_most), at_least), at_most)


def _exponential_mean(written: Distribution, low: float, high: float) -> float:
    width = (high - low) / written.a
    if width < 1e-3:  # the first terms of the series: the closed form would lose digits
        return low + (high - low) * (0.5 - width / 12 + width**3 / 720)
    return low + written.a * (1 - (width / math.expm1(width) if width < 700 else 0.0))


def _lognormal_mean(written: Distribution, low: float, high: float) -> float:
    scores = [(math.log(limit) - written.a) / written.b if limit > 0 else -math.inf for limit in (low, high)]
    shifted = [score - written.b for score in scores]
    return written.mean_days * _normal_share(*shifted) / _normal_share(*scores)


def _normal_share(low: float, high: float) -> float:
    """The probability of a standard normal number between two scores, precise in either tail."""
    if low > 0:
        low, high = -high, -low
    return 0.5 * (math.erfc(-high / math.sqrt(2)) - math.erfc(-low / math.sqrt(2)))


def _weibull_mean(written: Distribution, low: float, high: float) -> float:
    from scipy.special import gammainc, gammaincc  # slow to import, so only where it is needed

    first, last = ((limit / written.a) ** (1 / written.b) for limit in (low, high))
    shape = 1 + written.b
    in_tail = first > shape
    part = (
        gammaincc(shape, first) - gammaincc(shape, last) if in_tail else gammainc(shape, last) - gammainc(shape, first)
    )
    return float(written.mean_days * part / (-math.exp(-first) * math.expm1(first - last)))


def _triangular_mean(written: Distribution, low: float, high: float) -> float:
    """Two trapezoids: the density is straight on either side of the mode."""
    start, mode, end = written.a, written.b, written.c
    share = moment = 0.0
    for left, right, zero in ((max(low, start), min(high, mode), start), (max(low, mode), min(high, end), end)):
        if left < right:
            width = right - left
            first, last = ((one - zero) / (mode - zero) for one in (left, right))
            share += width * (first + last) / 2
            moment += width * (left * (first + last) / 2 + width * (first + 2 * last) / 6)
    return moment / share


def _uniform_mean(written: Distribution, low: float, high: float) -> float:
    return (max(low, written.a) + min(high, written.b)) / 2


def _table_mean(written: Distribution, low: float, high: float) -> float:
    share = moment = 0.0
    for first, last, shortest, longest in _pieces(written.table, low, high):
        share += last - first
        moment += (last - first) * (shortest + longest) / 2
    return moment / share


def _normal_table_mean(written: Distribution, low: float, high: float) -> float:
    share = moment = 0.0
    for first, last, shortest, longest in _pieces(written.table, low, high):
        start, end = (position / SCORES_PER_UNIT - SCORE_LIMIT for position in (first, last))
        part = _normal_share(start, end)
        slope = (longest - shortest) / (end - start)
        share += part
        moment += shortest * part + slope * (_normal_density(start) - _normal_density(end) - start * part)
    return moment / share


def _normal_density(score: float) -> float:
    return math.exp(-score * score / 2) / math.sqrt(2 * math.pi)


def _pieces(table: Sequence[float], low: float, high: float) -> Iterator[tuple[float, float, float, float]]:
    """The straight pieces of a table between two values: positions of both ends, and the values there."""
    first = _position(table, low, bisect_left(table, low))
    last = _position(table, high, bisect_right(table, high))
    for index in range(int(first), math.ceil(last)):
        ends = max(first, index), min(last, index + 1)
        if ends[0] < ends[1]:
            yield *ends, interpolate(table, ends[0]), interpolate(table, ends[1])


def _position(table: Sequence[float], value: float, after: int) -> float:
    """Where a table reaches a value; `after` is the first point behind it."""
    if after in (0, len(table)):
        return float(min(after, len(table) - 1))
    return after - 1 + (value - table[after - 1]) / (table[after] - table[after - 1])
