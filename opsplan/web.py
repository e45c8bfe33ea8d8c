"""gunicorn's settings, for `make run` and for the container: `gunicorn -c python:opsplan.web opsplan.wsgi`."""

from opsplan import settings
from opsplan.release import release
from opsplan.settled import settle


def when_ready(_arbiter: object) -> None:
    release()  # once, before the workers are forked
    settle()


preload_app = True  # loaded once, before the address is open; the workers are forked from it, also when one is renewed
bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
timeout = 60
graceful_timeout = 5
keepalive = 30
max_requests = 20000  # a worker is renewed now and then, so that no leak lives long
max_requests_jitter = 2000
worker_tmp_dir = settings.FILE_UPLOAD_TEMP_DIR
control_socket_disable = True  # it would lie in somebody's home folder
accesslog = None  # opsplan.requestlog tells of every request, without what buyers typed
loglevel = "warning"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": settings.LOGGING["formatters"],
    "handlers": settings.LOGGING["handlers"],
    "root": settings.LOGGING["root"],
    "loggers": {
        "gunicorn.error": {
            "level": "WARNING",
            "handlers": ["console"],
            "propagate": False,
            "qualname": "gunicorn.error",
        },
        "gunicorn.access": {"level": "ERROR", "handlers": [], "propagate": False, "qualname": "gunicorn.access"},
    },
}
