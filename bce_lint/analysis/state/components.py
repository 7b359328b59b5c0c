"""The strongly connected components of a graph, those first that no others are needed for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import TypeVar

Vertex = TypeVar("Vertex")


def components(start: Vertex, successors: Callable[[Vertex], Iterable[Vertex]], known: Container[Vertex]) -> Iterator[list[Vertex]]:
    """The components that a node reaches, each behind all that it reaches (Tarjan 1972, without recursion). Nodes that are in one
    given before must be `known` by the time that the next is asked for."""
    if start in known:
        return
    number, lowest, open_ = {start: 0}, {start: 0}, [start]
    stack = [(start, iter(successors(start)))]
    while stack:
        node, rest = stack[-1]
        for following in rest:
            if following in known:
                continue
            if following not in number:
                number[following] = lowest[following] = len(number)
                open_.append(following)
                stack.append((following, iter(successors(following))))
                break
            lowest[node] = min(lowest[node], number[following])
        else:
            stack.pop()
            if stack:
                lowest[stack[-1][0]] = min(lowest[stack[-1][0]], lowest[node])
            if lowest[node] == number[node]:
                first = next(index for index in range(len(open_) - 1, -1, -1) if open_[index] == node)
                yield open_[first:]
                del open_[first:]
