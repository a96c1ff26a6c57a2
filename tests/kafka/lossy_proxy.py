# SPDX-License-Identifier: Apache-2.0
"""lossy_proxy PORT BROKER_PORT ORDER_FILE: Kafka connections, one request of which goes wrong.

The broker must advertise 127.0.0.1:PORT. An order is a line "FAULT API SECONDS" in ORDER_FILE; API is one of APIS, any
number of seconds will do. With the next request of that kind this happens, once; the file is removed when it does:

    request  it is lost, every connection is cut, and none is accepted for so long
    reply    the same happens to its reply, when the broker has done what it was asked for
    delay    it waits for so long, and then arrives, also when nobody waits for its reply any more
"""
import asyncio
import os
import struct
import sys
import time

APIS = {"Produce": 0, "InitProducerId": 22, "AddPartitionsToTxn": 24, "EndTxn": 26}
port, broker_port, order_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
connections = set()
dark_until = 0.0


def cut(seconds):
    global dark_until
    dark_until = time.monotonic() + seconds
    for writer in list(connections):
        writer.transport.abort()


async def frame(reader):
    size = await reader.readexactly(4)
    return size + await reader.readexactly(struct.unpack(">i", size)[0])


def due(request):
    """The fault that this request brings about, and for how long."""
    try:
        fault, api, seconds = open(order_file).read().split()
    except (FileNotFoundError, ValueError):  # none, or not yet whole
        return None, 0
    if struct.unpack(">h", request[4:6])[0] != APIS[api]:
        return None, 0
    os.remove(order_file)
    return fault, float(seconds)


async def pass_requests(reader, writer, losing):
    while True:
        request = await frame(reader)
        fault, seconds = due(request)
        if fault == "request":
            return cut(seconds)
        if fault == "reply":
            losing[request[8:12]] = seconds  # by its correlation id
        if fault == "delay":
            await asyncio.sleep(seconds)
        writer.write(request)
        await writer.drain()


async def pass_replies(reader, writer, losing):
    while True:
        reply = await frame(reader)
        if reply[4:8] in losing:
            return cut(losing[reply[4:8]])
        writer.write(reply)
        await writer.drain()


async def serve(reader, writer):
    if time.monotonic() < dark_until:
        return writer.transport.abort()
    broker_reader, broker_writer = await asyncio.open_connection("127.0.0.1", broker_port)
    both, losing = {writer, broker_writer}, {}
    connections.update(both)
    try:
        await asyncio.gather(pass_requests(reader, broker_writer, losing), pass_replies(broker_reader, writer, losing))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        connections.difference_update(both)
        for end in both:
            end.close()


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()

asyncio.run(main())
