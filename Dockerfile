# The daemon, as a user without rights. Mount a folder with config.toml at /data; the store and the
# ledger's key live there too, so keep it on a volume and back it up.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md requirements.lock ./
COPY drift drift
COPY providers providers
COPY terraform-fixtures terraform-fixtures
RUN python -m venv /opt/drift \
 && /opt/drift/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && /opt/drift/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home drift
COPY --from=build /opt/drift /opt/drift
ENV PATH=/opt/drift/bin:$PATH PYTHONUNBUFFERED=1
USER drift
WORKDIR /data
VOLUME /data
ENTRYPOINT ["drift"]
CMD ["run"]
