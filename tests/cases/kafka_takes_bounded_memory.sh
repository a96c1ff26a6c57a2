# SPDX-License-Identifier: Apache-2.0
# A run with Kafka takes less than 64 MiB, however much it publishes.
. "$EXTRACT_SRCDIR/tests/kafka/lib.sh"
kafka_start
sandbox --no-limit
configure "users = 60000" "page_size = 1000" "limit_users = none" "[kafka]" "brokers = $PLAIN" "compression = zstd"
run 0
equal "$(summary .published)" 60000 "published"
sanitized || [[ $(summary .peak_rss_kib) -lt 65536 ]] || fail "peak memory of $(summary .peak_rss_kib) KiB"
[[ -z ${VERBOSE-} ]] || echo "peak memory: $(summary .peak_rss_kib) KiB"
expect 0 "$EXTRACT" verify --source random_user --output json
