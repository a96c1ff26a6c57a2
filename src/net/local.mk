# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = \
    src/net/address.c src/net/address.h \
    src/net/allow.c src/net/allow.h \
    src/net/backoff.c src/net/backoff.h \
    src/net/cluster.c src/net/cluster.h \
    src/net/consumer.c src/net/consumer.h \
    src/net/http.c src/net/http.h \
    src/net/head.c src/net/head.h \
    src/net/producer.c src/net/producer.h \
    src/net/rdkafka.c src/net/rdkafka.h \
    src/net/topics.c src/net/topics.h \
    src/net/trust.c src/net/trust.h
