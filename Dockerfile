# The kit, ready to serve. Your own connectors come on top of it: docs/operations.md, "Your own image".
# Name the base by digest where your builds have to be the same for ever.
ARG PYTHON=python:3.11.14-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements-build.lock requirements.lock ./
RUN python -m venv /opt/kit \
    && /opt/kit/bin/pip install --require-hashes --only-binary :all: --requirement requirements.lock \
    && pip install --require-hashes --only-binary :all: --requirement requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY connector_kit connector_kit
COPY settings_ui settings_ui
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
    && /opt/kit/bin/pip install --no-deps --no-index /dist/connector_kit-*.whl \
    && /opt/kit/bin/pip check

FROM ${PYTHON}
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    PATH=/opt/kit/bin:$PATH PYTHONPATH=/app \
    CONNECTOR_KIT_HOME=/data
RUN useradd --no-create-home --uid 1000 --user-group kit && install --directory --owner kit --group kit --mode 700 /data
COPY --from=build /opt/kit /opt/kit
WORKDIR /app
COPY manage.py ./
COPY examples examples

USER 1000:1000
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=2)"]

CMD ["python", "manage.py", "serve"]
