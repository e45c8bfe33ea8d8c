# The image of web, worker and beat. Packages come as wheels, so no compiler is ever installed.
FROM python:3.12-slim AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r /tmp/requirements.lock \
 && /venv/bin/pip uninstall --yes pip

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin opsplan \
 && install -d -o opsplan -g opsplan /data
COPY --from=packages /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OPSPLAN_HOME=/data \
    STATIC_ROOT=/app/gathered \
    HOST=0.0.0.0 \
    PORT=8000
# A key only for this one command; the running shop has its own. What it leaves in /data is taken away again.
RUN SECRET_KEY=only-while-the-image-is-built-0123456789 python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf /data/* \
 && python -m compileall -q /app \
 && chown opsplan:opsplan /data
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["python", "-m", "opsplan.lib.healthcheck"]
CMD ["gunicorn", "-c", "python:opsplan.web", "opsplan.wsgi:application"]
