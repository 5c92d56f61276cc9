"""`hone predict`: a bundle's answers to the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from hone_serving import Runtime

OK, WRONG = 0, 2


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    bundle: str
    rows: Path
    output: Path | None = None
    """Standard output, as JSON lines, where nothing is said."""
    top: int = 10
    endpoint: str | None = None
    runtime: Runtime = "litert"
    delimiter: str | None = None
    """What stands between the fields of a CSV; as in the rows of training where nothing is said."""


def main(request: Request, out: TextIO, err: TextIO) -> int:
    """Answer; give the exit code."""
    import hone_serving
    from hone_serving import files
    from hone_serving.writing import writer
    from hone_trainer.contract.assignment import StageFailure

    output = request.output
    try:
        if output is not None and output.exists() and output.samefile(request.rows):
            message = f"--output {output} would overwrite the rows"
            raise StageFailure("WrongOutput", f"{message}: name another file")
        model = hone_serving.load(
            request.bundle, endpoint=request.endpoint, runtime=request.runtime
        )
        to, rows, refused = writer(output, out, model.says), 0, 0
        delimiter = request.delimiter or model.description.delimiter
        for batch in files.read(request.rows, delimiter):
            answers = model.predict(batch, request.top)
            to.write(batch, answers)
            rows += len(answers)
            refused += sum("refused" in answer for answer in answers)
        to.close()
    except StageFailure as failure:
        err.write(f"{failure.message}\n")
        return WRONG
    except BrokenPipeError:
        return OK  # whoever read along has seen enough
    except OSError as error:
        err.write(f"{error.filename or output or request.rows}: {error.strerror}\n")
        return WRONG
    err.write(f"{rows:,} rows answered" + f", {refused:,} of them refused" * (refused > 0) + "\n")
    return OK
