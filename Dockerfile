FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN sh tools/setup/image.sh /opt/ci-emulator


FROM python:3.13-slim-bookworm
COPY tools/setup/apt.sh /tmp/apt.sh
RUN sh /tmp/apt.sh libzbar0 \
    && rm -rf /tmp/apt.sh /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin emulator \
    && install -d -o emulator -g emulator /data

COPY --from=build /opt/ci-emulator /opt/ci-emulator

ENV PATH=/opt/ci-emulator/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CI_EMULATOR_HOST=0.0.0.0,:: \
    CI_EMULATOR_STORE=disk \
    CI_EMULATOR_DATA_DIR=/data

USER emulator
WORKDIR /data
VOLUME /data
EXPOSE 9000

HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 CMD ["ci-emulator", "health"]
ENTRYPOINT ["ci-emulator"]
CMD ["serve"]
