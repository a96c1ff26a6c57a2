# SPDX-License-Identifier: Apache-2.0
"""lossy_proxy PORT BROKER_PORT ORDER_FILE: a Kafka connection that can lose one EndTxn.

The broker must advertise 127.0.0.1:PORT. When the test writes "request 4" or "reply 4" into ORDER_FILE, the next EndTxn
request, or its reply, is lost, every connection is cut, and none is accepted for 4 seconds (any number does).
"""
import asyncio
import os
import struct
import sys
import time

END_TXN = 26
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


async def pass_requests(reader, writer, losing):
    while True:
        request = await frame(reader)
        if struct.unpack(">h", request[4:6])[0] == END_TXN and os.path.exists(order_file):
            what, seconds = open(order_file).read().split()
            os.remove(order_file)
            if what == "request":
                return cut(float(seconds))
            losing.append(float(seconds))
        writer.write(request)
        await writer.drain()


async def pass_replies(reader, writer, losing):
    while True:
        reply = await frame(reader)
        if losing:
            return cut(losing[0])
        writer.write(reply)
        await writer.drain()


async def serve(reader, writer):
    if time.monotonic() < dark_until:
        return writer.transport.abort()
    broker_reader, broker_writer = await asyncio.open_connection("127.0.0.1", broker_port)
    both, losing = {writer, broker_writer}, []
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
