"""The command line, thin: it reads arguments, calls the slices and prints."""

from __future__ import annotations

import logging
import sys

import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError, OperationalError

from replyassist.core.errors import ConfigurationError, InvalidInput, NotFound, ReplyassistError
from replyassist.core.patience import is_away

from . import admin, assistants, bench, demo, encoder, evaluation, faq, messages, people, queue, serving, suggest

app = typer.Typer(
    name="replyassist",
    help="Drafts the reply that your community manager would have written, and a person decides.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(faq.app, name="faq", help="The reply templates of a brand.")
app.add_typer(messages.app, name="messages", help="Messages in.")
app.add_typer(queue.app, name="queue", help="The review queue.")
app.add_typer(admin.db_app, name="db", help="The database.")
app.add_typer(people.user_app, name="user", help="Users.")
app.add_typer(people.token_app, name="token", help="API tokens.")
app.add_typer(admin.brand_app, name="brand", help="Brands: voice and channels.")
app.add_typer(encoder.app, name="encoder", help="The sentence encoders.")
app.add_typer(bench.app, name="bench", help="Benchmarks, each beside its reference in the same run.")
app.add_typer(evaluation.app, name="eval", help="Draft quality on labelled cases.")
app.command("draft")(suggest.draft)
app.command("demo")(demo.demo)
app.command("serve")(serving.serve)
app.command("worker")(serving.work)
app.command("mcp")(assistants.mcp)
app.command("doctor")(admin.doctor)

logger = logging.getLogger(__name__)
LONGEST_REASON = 300
WRONG_USE = (InvalidInput, NotFound, ConfigurationError)


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 it failed, 2 wrong usage, bad input or a wrong setting."""
    try:
        app()
    except ReplyassistError as error:
        cause = error.__cause__
        if is_away(cause) and isinstance(cause, DBAPIError):
            _complain(error, f"the database does not answer or refuses: {_first_line(cause.orig)}")
        else:
            _complain(error, *error.detail.splitlines())
        sys.exit(2 if isinstance(error, WRONG_USE) else 1)
    except BrokenPipeError:
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except OperationalError as error:
        _complain(error, f"the database does not answer or refuses: {_first_line(error.orig)}")
        sys.exit(1)
    except Exception as error:
        what = f"{type(error).__name__}: {_first_line(error)}"
        _complain(error, f"unexpected error: {what}; run with REPLYASSIST_LOG_LEVEL=DEBUG for the trace")
        sys.exit(1)


def _complain(error: Exception, *lines: str) -> None:
    logger.debug("the command ended with an error", exc_info=error)
    for line in lines:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {line}", markup=False)


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), "")[:LONGEST_REASON]
