FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    CONNECTOR_KIT_HOME=/data

RUN useradd --create-home --uid 1000 kit && install --directory --owner kit /data
WORKDIR /app

COPY pyproject.toml README.md LICENSE manage.py ./
COPY connector_kit connector_kit
COPY settings_ui settings_ui
COPY examples examples
RUN pip install --editable .

USER kit
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=2)"]

CMD ["python", "manage.py", "serve"]
