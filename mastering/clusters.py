"""Which records are one thing, out of pairs that may be: the strongest pair first, and no union that a rule forbids.

Plain connected components join everything through one wrong pair. Here every union is asked for, between whole clusters,
and a refusal is kept with its reason: it is what a steward should look at.
Belongs here: joining. Not here: what makes a pair strong, or forbidden (items, suppliers).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

SIZE_LIMIT = 25
# Weights that differ by less come from the order of a sum, not from the evidence.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Edge:
    """Two records (by key) that evidence holds for one, with its weight in bits."""

    left: str
    right: str
    weight: float
    # A person's word, with a second person's where a rule speaks against it: joined before all else, without asking.
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A union that was not made: the strongest pair between two clusters, and why the clusters stay apart."""

    left: str
    right: str
    weight: float
    reason: str


@dataclass(frozen=True)
class Clustering:
    """cluster_of: each record's cluster, named by its smallest key. refusals: strongest first, one per two clusters."""

    cluster_of: dict[str, str]
    refusals: list[Refusal]

    def members(self) -> dict[str, list[str]]:
        """Records by cluster, both in order of their keys."""
        members: dict[str, list[str]] = {}
        for key in sorted(self.cluster_of):
            members.setdefault(self.cluster_of[key], []).append(key)
        return members


MayJoin = Callable[[Sequence[str], Sequence[str]], str | None]


def cluster(keys: Iterable[str], edges: Iterable[Edge], may_join: MayJoin, size_limit: int = SIZE_LIMIT) -> Clustering:
    """Joins records by falling weight of their edges; the order of `keys` and `edges` does not matter.

    may_join(members, other members) is asked before every union and gives the reason against it, or None. An edge is asked
    for once, in its turn: what is refused is not tried again when the clusters have grown.
    A union above `size_limit` members is refused: so many names for one thing are more often a wrong chain.
    Raises KeyError for an edge whose record is not among the keys.
    """
    members = {key: [key] for key in keys}
    cluster_of = {key: key for key in members}
    refused: list[Refusal] = []
    for edge in sorted({_normal(edge) for edge in edges}, key=_rank):
        left, right = cluster_of[edge.left], cluster_of[edge.right]
        if left == right:
            continue
        reason = None if edge.is_forced else _reason(members[left], members[right], may_join, size_limit)
        if reason is not None:
            refused.append(Refusal(edge.left, edge.right, edge.weight, reason))
            continue
        if len(members[left]) < len(members[right]):
            left, right = right, left
        for key in members[right]:
            cluster_of[key] = left
        members[left] += members.pop(right)
    name_of = {cluster: min(keys) for cluster, keys in members.items()}
    named = {key: name_of[cluster] for key, cluster in cluster_of.items()}
    return Clustering(named, list(_strongest(refused, named)))


def strongest_first(refusals: Iterable[Refusal]) -> list[Refusal]:
    """Refusals of several clusterings in the order of one."""
    return sorted(refusals, key=lambda refusal: (-refusal.weight, refusal.left, refusal.right))


def _normal(edge: Edge) -> Edge:
    left, right = sorted((edge.left, edge.right))
    return Edge(left, right, round(edge.weight, _DIGITS), edge.is_forced)


def _rank(edge: Edge) -> tuple[bool, float, str, str]:
    return not edge.is_forced, -edge.weight, edge.left, edge.right


def _reason(one: Sequence[str], other: Sequence[str], may_join: MayJoin, size_limit: int) -> str | None:
    if len(one) + len(other) > size_limit:
        return f"more than {size_limit} members"
    return may_join(one, other)


def _strongest(refusals: Iterable[Refusal], cluster_of: dict[str, str]) -> Iterable[Refusal]:
    seen = set()
    for refusal in refusals:
        between = frozenset((cluster_of[refusal.left], cluster_of[refusal.right]))
        if len(between) == 2 and between not in seen:
            seen.add(between)
            yield refusal
