# syntax=docker/dockerfile:1

FROM python:3.13-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/weighback
# The dependencies in a layer of their own: they change less often than the code.
COPY requirements-build.lock requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/weighback/bin/pip install --quiet --require-hashes --requirement requirements-build.lock \
    && /opt/weighback/bin/pip install --quiet --require-hashes --no-build-isolation --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY workers workers
COPY migrations migrations
RUN /opt/weighback/bin/pip install --quiet --no-index --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin weighback \
    && install --directory --owner=weighback --group=weighback /var/lib/weighback
COPY --from=build /opt/weighback /opt/weighback
ENV PATH=/opt/weighback/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    WEIGHBACK_DATA_DIR=/var/lib/weighback
USER weighback
WORKDIR /var/lib/weighback
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["weighback"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
