# The daemon, as a user without rights. Mount a folder with config.toml at /data; the store and the
# ledger's key live there too: keep it on a volume that user 10001 may write to, and back it up.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
# The wheel is built with the pinned and hashed tools of development, which stay behind in this stage.
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-dev.lock \
 && python -m venv /opt/drift \
 && /opt/drift/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY drift drift
COPY providers providers
COPY terraform-fixtures terraform-fixtures
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
 && /opt/drift/bin/pip install --no-cache-dir --no-deps /wheel/*.whl

FROM python:3.13-slim
# gpgv checks the signatures of Terraform providers that are downloaded.
RUN apt-get update && apt-get install --yes --no-install-recommends gpgv && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 drift && useradd --system --uid 10001 --gid drift --home-dir /data --create-home drift
COPY --from=build /opt/drift /opt/drift
ENV PATH=/opt/drift/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
ENTRYPOINT ["drift"]
CMD ["run"]
