"""One structured log for all functions: JSON lines, one correlation id for the whole execution, no
transcript text.

Traces are Lambda's own (template.yaml, Tracing): Logger puts their ids into every line.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from fanscribe.errors import BadInput, JobInProgress, ReadAgain
from fanscribe.runtime.cold_start import surroundings
from fanscribe.runtime.metrics import metrics
from fanscribe.runtime.scratch import clear_scratch

logger = Logger()  # service and level from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


@cache
def _begin() -> None:
    """Once in a process."""
    clear_scratch()
    logger.info("cold start", extra=surroundings())


def observed(handler: Handler) -> Handler:
    """Log an invocation's end, one way or the other, and what it measured, under its execution's
    id.
    """

    @wraps(handler)
    def wrapper(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        execution = str(event.get("execution", "none"))
        logger.set_correlation_id(execution)
        metrics.add_metadata("correlation_id", execution)
        _begin()
        try:
            answer = handler(event, context)
        except JobInProgress as wait:
            logger.info("waiting", extra={"reason": str(wait)})
            raise
        except ReadAgain as missing:
            logger.info("again", extra={"reason": str(missing)})
            raise
        except BadInput as error:
            logger.warning("refused", extra={"error": type(error).__name__, "reason": str(error)})
            raise
        except Exception:
            logger.exception("failed")
            raise
        logger.info("done", extra={"answer": answer})
        return answer

    return logger.inject_lambda_context(
        metrics.log_metrics(wrapper, capture_cold_start_metric=True)
    )
