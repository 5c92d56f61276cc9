"""More memory after every restart for lack of it, within the bound that the job states."""

from hone.api.execution import Execution
from hone.api.quantity import amount, grown

MEMORY = "memory"


def with_memory(settings: Execution, times: int) -> Execution:
    """Return the settings of pods whose memory has grown so many times.

    Limit and request grow alike; without a limit nothing does.
    """
    growth, resources = settings.memory_growth, settings.resources
    if growth is None or resources is None or settings.memory is None:
        return settings

    def more(amounts: dict[str, str]) -> dict[str, str]:
        given = amounts.get(MEMORY)
        if given is None:
            return amounts
        return amounts | {MEMORY: grown(given, growth.factor, times, growth.up_to)}

    kinds = {"limits": more(resources.limits), "requests": more(resources.requests)}
    return settings.model_copy(update={"resources": resources.model_copy(update=kinds)})


def starved(settings: Execution, times: int) -> str:
    """Say that a pod ran out of memory that had grown so many times, and what to raise."""
    growth, had = settings.memory_growth, with_memory(settings, times).memory
    if growth is None or had is None:
        return "a pod ran out of memory; raise resources.limits.memory of the stage"
    bound = amount(had) >= amount(growth.up_to)
    field = "memoryGrowth.upTo" if bound else "resources.limits.memory"
    return f"a pod ran out of memory with {had}; raise {field} of the stage"


def relief(settings: Execution, times: int) -> str:
    """Say with what the next attempt begins, whose memory will have grown so many times."""
    memory = with_memory(settings, times).memory
    return f" with memory {memory}" if settings.memory_growth and memory else ""
