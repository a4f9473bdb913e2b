# One image for all roles: `symbolon hub …`, `symbolon node …`. A node needs no numba and no Celery;
# build its smaller image with --build-arg ROLE=node.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS build
ARG ROLE=hub
WORKDIR /build
RUN python -m venv /opt/symbolon
COPY requirements/ requirements/
RUN /opt/symbolon/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
      -r requirements/${ROLE}.txt \
 && python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/build.txt
COPY . .
RUN python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/symbolon/bin/pip install --no-cache-dir --no-deps --no-index dist/*.whl

FROM python:${PYTHON}-slim-bookworm
# A node prints: Pango lays the text out, in the region's own scripts.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk >/dev/null \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/symbolon /opt/symbolon
ENV PATH=/opt/symbolon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SYMBOLON_HOME=/var/lib/symbolon
# A party's keys lie in its home; a new volume takes over this folder's owner and mode.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin symbolon \
 && install --directory --owner symbolon --group symbolon --mode 700 /var/lib/symbolon
USER symbolon
VOLUME /var/lib/symbolon
ENTRYPOINT []
CMD ["symbolon", "--help"]
