/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/mdhash.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK_SIZE = 64, WORDS_MAX = 8 };

/* The three differ in this only: how a block is mixed in, and the order of bytes in a word. */
struct construction {
    void (*compress)(uint32_t state[WORDS_MAX], const uint8_t block[BLOCK_SIZE]);
    bool big_endian;
    size_t words;
    uint32_t initial[WORDS_MAX];
};

static uint32_t rotate_left(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static uint32_t load_little(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t load_big(const uint8_t *p)
{
    return p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static void store(uint8_t *p, uint32_t value, bool big_endian)
{
    for (unsigned i = 0; i < 4; i++)
        p[big_endian ? 3 - i : i] = (uint8_t)(value >> (8 * i));
}

static void md5_compress(uint32_t state[WORDS_MAX], const uint8_t block[BLOCK_SIZE])
{
    static const uint32_t sines[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
        0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193,
        0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d,
        0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
        0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122,
        0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
        0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244,
        0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
        0xeb86d391,
    };
    static const uint8_t shifts[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t mixed;
        unsigned word;
        switch (i / 16) {
        case 0:
            mixed = (b & c) | (~b & d);
            word = i;
            break;
        case 1:
            mixed = (d & b) | (~d & c);
            word = (5 * i + 1) % 16;
            break;
        case 2:
            mixed = b ^ c ^ d;
            word = (3 * i + 5) % 16;
            break;
        default:
            mixed = c ^ (b | ~d);
            word = 7 * i % 16;
        }
        uint32_t sum = a + mixed + sines[i] + load_little(block + word * 4);
        a = d;
        d = c;
        c = b;
        b += rotate_left(sum, shifts[i / 16][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

static void sha1_compress(uint32_t state[WORDS_MAX], const uint8_t block[BLOCK_SIZE])
{
    uint32_t w[80];
    for (unsigned i = 0; i < 16; i++)
        w[i] = load_big(block + i * 4);
    for (unsigned i = 16; i < 80; i++)
        w[i] = rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);

    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (unsigned i = 0; i < 80; i++) {
        uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                         : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                         : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                  : (b ^ c ^ d) + 0xca62c1d6;
        uint32_t next = rotate_left(a, 5) + mixed + e + w[i];
        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

static uint32_t rotate_right(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

static void sha256_compress(uint32_t state[WORDS_MAX], const uint8_t block[BLOCK_SIZE])
{
    static const uint32_t roots[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
        0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
        0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
        0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
        0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
        0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
        0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
        0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
        0xc67178f2,
    };
    uint32_t w[64];
    for (unsigned i = 0; i < 16; i++)
        w[i] = load_big(block + i * 4);
    for (unsigned i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3) + w[i - 7] +
               (rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10);
    }

    uint32_t v[8];
    memcpy(v, state, sizeof v);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t a = v[0], e = v[4];
        uint32_t first = v[7] +
                         (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) +
                         ((e & v[5]) ^ (~e & v[6])) + roots[i] + w[i];
        uint32_t second = (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) +
                          ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += first;
        v[0] = first + second;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

static void digest(const struct construction *c, const uint8_t *data, size_t len,
                   uint8_t *ret_digest)
{
    uint32_t state[WORDS_MAX];
    memcpy(state, c->initial, sizeof state);

    size_t whole = len / BLOCK_SIZE * BLOCK_SIZE;
    for (size_t i = 0; i < whole; i += BLOCK_SIZE)
        c->compress(state, data + i);

    /* what is left, a 1 bit, zeros, and the length in bits: one block, or two */
    uint8_t tail[2 * BLOCK_SIZE] = {0};
    size_t rest = len - whole;
    if (rest > 0)
        memcpy(tail, data + whole, rest);
    tail[rest] = 0x80;
    size_t padded = rest + 9 <= BLOCK_SIZE ? BLOCK_SIZE : 2 * BLOCK_SIZE;
    uint64_t bits = (uint64_t)len * 8;
    store(tail + padded - (c->big_endian ? 4 : 8), (uint32_t)bits, c->big_endian);
    store(tail + padded - (c->big_endian ? 8 : 4), (uint32_t)(bits >> 32), c->big_endian);
    for (size_t i = 0; i < padded; i += BLOCK_SIZE)
        c->compress(state, tail + i);

    for (size_t i = 0; i < c->words; i++)
        store(ret_digest + i * 4, state[i], c->big_endian);
}

void mdhash_md5(const void *data, size_t len, uint8_t ret_digest[MDHASH_MD5_SIZE])
{
    static const struct construction md5 = {
        .compress = md5_compress,
        .words = 4,
        .initial = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476},
    };
    digest(&md5, data, len, ret_digest);
}

void mdhash_sha1(const void *data, size_t len, uint8_t ret_digest[MDHASH_SHA1_SIZE])
{
    static const struct construction sha1 = {
        .compress = sha1_compress,
        .big_endian = true,
        .words = 5,
        .initial = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
    };
    digest(&sha1, data, len, ret_digest);
}

void mdhash_sha256(const void *data, size_t len, uint8_t ret_digest[MDHASH_SHA256_SIZE])
{
    static const struct construction sha256 = {
        .compress = sha256_compress,
        .big_endian = true,
        .words = 8,
        .initial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                    0x1f83d9ab, 0x5be0cd19},
    };
    digest(&sha256, data, len, ret_digest);
}
