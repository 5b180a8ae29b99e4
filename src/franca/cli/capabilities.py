"""`franca capabilities`: what each installed adapter can do."""

from __future__ import annotations

from typing import Annotated

import typer

NAME = "capabilities"
TESTS = "A/B tests run by the ESP itself"


def run(adapter_name: Annotated[str | None, typer.Argument(metavar="[ADAPTER]", help="Only this one, with reasons.")] = None) -> None:
    """Show what each ESP can be asked to do.

    Example: franca capabilities mailchimp
    """
    from franca.adapter import Capability, adapter, installed
    from franca.definitions import Destination

    shown = [adapter(name) for name in ([adapter_name] if adapter_name else sorted(installed()))]
    width = max(len(capability.value) for capability in Capability)
    if adapter_name is None:
        typer.echo(" " * width + "".join(f"  {found.title:<10}" for found in shown))
    for capability in Capability:
        cells = [found.capabilities[capability] for found in shown]
        line = "".join(f"  {cell.level.value:<10}" for cell in cells)
        typer.echo(f"{capability.value:<{width}}{line}".rstrip())
        if adapter_name and cells[0].reason:
            typer.echo(f"    {cells[0].reason}")
    tests = [found.testing_at(Destination(name="", adapter=found.name)) for found in shown]
    typer.echo(f"{TESTS:<{width}}" + "".join(f"  {f'{each.arms} arms' if each.parts else 'no':<10}" for each in tests).rstrip())
    if adapter_name:
        can = f"arms may differ in {', '.join(sorted(tests[0].parts))}; beyond that " if tests[0].parts else ""
        typer.echo(f"    {can}Franca splits the audience")
