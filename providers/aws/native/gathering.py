"""From the rows of a type to what AWS answers of its resources."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from drift.errors import ProviderError
from drift.model.baseline import DeclaredResource
from providers.aws.native.asking import Asking, ExpectedRefusalError
from providers.aws.native.rows import AwsType, Call, Finding, Join, Listing, Scope
from providers.live_tables.expressions import Answer

WORLD: Final = "us-east-1"
"""The region where AWS is asked for what stands in none.
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html"""

FEW: Final = 5
"""So many resources are asked for one by one where the listing is not needed otherwise."""

NO_ANSWER: Final[Answer] = {}

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

Key: TypeAlias = Any
"""What tells one resource of a type from another."""

Listed: TypeAlias = tuple[str, str, str, str]
"""A service, a region, a call and its arguments."""


class GoneError(Exception):
    """The resource is not there any more."""


@dataclass(kw_only=True)
class Gathering:
    """Gathers from one account at one time: what several types are listed by is asked once."""

    asking: Asking
    keeps: frozenset[str]
    """The calls whose answers are kept, by their names."""
    repeated: Collection[tuple[str, str]] = ()
    """Services and calls that several types ask for about one resource: their answers are kept too."""
    _listed: dict[Listed, Sequence[Answer] | ProviderError] = field(default_factory=dict)
    _answered: dict[Listed, Sequence[Answer] | str] = field(default_factory=dict)
    """What was asked for before, or the code of the refusal that was expected."""

    def found(
        self, row: AwsType, region: str, declared: Sequence[DeclaredResource]
    ) -> Mapping[Key, Answer | ProviderError]:
        """Return what is there of these, and maybe others, by their keys. What is not in it is not there.

        Raises:
            ProviderError: None of them can be told.
        """
        found = self._found(row, region, declared)
        for join in row.joins:
            if join.at_most is None:
                every = self._kept(row.service, region, join)
            else:
                wanted = [found.get(declared_key_of(row, one)) for one in declared]
                every = self._some(row.service, region, join, join.at_most, wanted)
            items = {_hashable(join.key.of(one)): one for one in every}
            found = {key: _joined_with(join, items, answer) for key, answer in found.items()}
        return found

    def _some(
        self,
        service: str,
        region: str,
        join: Join,
        at_most: int,
        wanted: Iterable[Answer | ProviderError | None],
    ) -> Iterator[Answer]:
        """Yield the items that go along with what is wanted and is there."""
        there = (one for one in wanted if one is not None and not isinstance(one, ProviderError))
        keys = iter([key for one in there if (key := join.of.of(one)) is not None])
        while some := list(islice(keys, at_most)):
            try:
                yield from _items(join, self._ask(service, region, join, {"keys": some}, expected=join.none))
            except ExpectedRefusalError:
                continue

    def _found(
        self, row: AwsType, region: str, declared: Sequence[DeclaredResource]
    ) -> Mapping[Key, Answer | ProviderError]:
        finding = row.finding
        is_few = finding is not None and len(declared) <= max(FEW, finding.at_most)
        if finding is not None and not self._is_at_hand(row, region) and (is_few or not row.listing):
            return dict(self._asked_for(row, finding, region, declared))
        return {key_of(row, answer): answer for answer in self.listed(row, region)}

    def listed(self, row: AwsType, region: str) -> Iterator[Answer]:
        """Yield everything of a type that is there, as far as its listing shows it.

        Raises:
            ProviderError: It cannot be listed.
        """
        return self.chained(row.service, region, row.listing)

    def chained(self, service: str, region: str, calls: Sequence[Listing]) -> Iterator[Answer]:
        """Yield the items of the last of these listings, each further one of which is asked for each item.

        Raises:
            ProviderError: They cannot be listed.
        """
        first, *further = calls
        items = self._kept(service, region, first)
        for each in further:
            items = self._below(service, region, each, items)
        return items

    def detailed(self, row: AwsType, region: str, answer: Answer) -> Answer:
        """Return the answer with what further calls say of the resource.

        Raises:
            ProviderError: One of them cannot be had.
            GoneError: It is not there any more.
        """
        whole = dict(answer)
        for each in row.details:
            if each.when is not None and not each.when.of(whole):
                whole[each.name] = None
                continue
            at = None if each.at is None else each.at.of(whole)
            expected = {*each.none, *each.gone}
            try:
                pages = self._ask(row.service, str(at or region), each, whole, expected=expected)
            except ExpectedRefusalError as refusal:
                if refusal.code in each.gone:
                    raise GoneError from refusal
                whole[each.name] = None
                continue
            said = _joined(pages)
            whole[each.name] = said if each.take is None else each.take.of(said)
        return whole

    def _asked_for(
        self, row: AwsType, finding: Finding, region: str, declared: Sequence[DeclaredResource]
    ) -> Iterator[tuple[Key, Answer | ProviderError]]:
        waiting = iter(declared)
        chunks = iter(lambda: list(islice(waiting, finding.at_most)), [])
        for some in self._at_once(partial(self._some_of, row, finding, region), chunks):
            yield from some

    def _some_of(
        self, row: AwsType, finding: Finding, region: str, some: Sequence[DeclaredResource]
    ) -> list[tuple[Key, Answer | ProviderError]]:
        about = {
            "ids": [one.resource_id for one in some],
            "id": some[0].resource_id,
            "declared": some[0].attributes,
        }
        try:
            pages = self._ask(row.service, region, finding, about, expected=finding.none)
        except ExpectedRefusalError:
            return []
        except ProviderError as error:
            return [(declared_key_of(row, one), error) for one in some]
        answers = [{**item, "asked": about} for item in _items(finding, pages)]
        return [(key_of(row, answer), answer) for answer in answers]

    def _below(self, service: str, region: str, call: Listing, items: Iterable[Answer]) -> Iterator[Answer]:
        for inner in self._at_once(partial(self._inside, service, region, call), items):
            yield from inner

    def _inside(self, service: str, region: str, call: Listing, item: Answer) -> list[Answer]:
        try:
            pages = self._ask(service, region, call, item, expected=call.none)
        except ExpectedRefusalError:
            return []
        return [{**inner, "of": item} for inner in _items(call, pages)]

    def _at_once(self, ask: Callable[[ItemT], ResultT], items: Iterable[ItemT]) -> Iterator[ResultT]:
        """Yield what is answered of each, in their order; after an error nothing more is asked."""
        pool = ThreadPoolExecutor(self.asking.connections)
        try:
            yield from pool.map(ask, items)
        finally:
            pool.shutdown(cancel_futures=True)

    def _is_at_hand(self, row: AwsType, region: str) -> bool:
        """Tell whether listing takes no further call."""
        return len(row.listing) == 1 and self._place(row.service, region, row.listing[0]) in self._listed

    def _kept(self, service: str, region: str, call: Listing) -> Iterator[Answer]:
        """Yield the items of a listing; what several types are listed by is kept."""
        place = self._place(service, region, call)
        if (kept := self._listed.get(place)) is None:
            try:
                kept = self._ask(service, region, call, NO_ANSWER, expected=call.none)
            except ExpectedRefusalError:
                kept = ()
            except ProviderError as error:
                kept = error
            if call.call in self.keeps or isinstance(kept, ProviderError):
                self._listed[place] = kept
        if isinstance(kept, ProviderError):
            raise kept
        yield from _items(call, kept)

    def _place(self, service: str, region: str, call: Listing) -> Listed:
        said = ",".join(f"{name}={one.text}" for name, one in sorted(call.arguments.items()))
        return call.service or service, region, call.call, said

    def _ask(
        self, service: str, region: str, call: Call, about: Answer, *, expected: Collection[str]
    ) -> Sequence[Answer]:
        arguments = {name: one.of(about) for name, one in call.arguments.items()}
        given = {name: value for name, value in arguments.items() if value is not None}
        named = next((str(one) for one in given.values() if isinstance(one, str)), f"what is in {region}")
        place = (call.service or service, region, call.call, repr(sorted(given.items())))
        answer = self._answered.get(place)
        if isinstance(answer, str) and answer in expected:
            raise ExpectedRefusalError(answer)
        if answer is not None and not isinstance(answer, str):
            return answer
        is_kept = place[::2] in self.repeated
        try:
            pages = self.asking.pages(place[0], region, call, given, on=named, expected=expected)
        except ExpectedRefusalError as refusal:
            if is_kept:
                self._answered[place] = refusal.code
            raise
        if is_kept:
            self._answered[place] = pages
        return pages


def key_of(row: AwsType, answer: Answer) -> Key:
    """Return what tells this resource from others of its type."""
    return _hashable((row.key or row.id).of(answer))


def declared_key_of(row: AwsType, declared: DeclaredResource) -> Key:
    """Return the same of a declared one."""
    if row.declared_key is None:
        return declared.resource_id
    return _hashable(row.declared_key.of({"id": declared.resource_id, **declared.attributes}))


def region_of(row: AwsType, region: str) -> str:
    """Return where AWS is asked for what stands in a region."""
    return WORLD if row.scope is Scope.WORLD else region


def _joined_with(
    join: Join, items: Mapping[Key, Answer], answer: Answer | ProviderError
) -> Answer | ProviderError:
    if isinstance(answer, ProviderError):
        return answer
    return {**answer, join.name: items.get(_hashable(join.of.of(answer)))}


def _items(call: Listing, pages: Sequence[Answer]) -> Iterator[Answer]:
    for page in [_joined(pages)] if call.is_whole else pages:
        yield from call.each.of(page) or ()


def _joined(pages: Sequence[Answer]) -> Answer:
    """Return the pages as one: lists of the same name follow each other."""
    if len(pages) == 1:
        return pages[0]
    whole: dict[str, Any] = {}
    for page in pages:
        for name, value in page.items():
            whole[name] = [*whole.get(name, []), *value] if isinstance(value, list) else value
    return whole


def _hashable(value: Any) -> Key:
    return tuple(_hashable(one) for one in value) if isinstance(value, list) else value
