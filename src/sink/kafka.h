/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver of Kafka: each stream is a topic, and the marker beside it is a record of the state
 * topic in the same transaction.
 *
 *     fence     a producer of the transactional id DEPLOYMENT/SOURCE/STREAM
 *     marker    the newest record of that key in the state topic (sink/marker.h), read when the
 *               fence was taken; from then on the driver knows it, as nobody else can move it
 *     message   sink/message.h
 *     topics    sink/topic_plan.h
 *
 * After any outcome that nobody knows the producer is gone, and the next begin takes the fence
 * anew and reads the marker.
 */
#ifndef SINK_KAFKA_H
#define SINK_KAFKA_H

#include "sink/driver.h"

extern const struct driver kafka_driver;

#endif
