"""An empty program of Typer's, whose start is Typer's own."""

import typer

app = typer.Typer()


@app.command()
def nothing(config: str = "classic") -> None:
    """Do nothing."""


app(prog_name="bare")
