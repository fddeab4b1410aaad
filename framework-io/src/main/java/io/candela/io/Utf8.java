package io.candela.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 as pickles have it: a lone surrogate takes three bytes of its own ({@code surrogatepass} in Python). */
public final class Utf8 {
    private Utf8() {
    }

    /**
     * The text of some bytes.
     *
     * @return null if they are not UTF-8
     */
    public static String decode(byte[] bytes, int from, int to) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            return decodeSurrogates(bytes, from, to);
        }
    }

    private static String decodeSurrogates(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        int start = from; // of the stretch that is not yet decoded
        for (int i = from; i < to - 2; i++) {
            // ED A0..BF xx: a surrogate, which strict UTF-8 forbids; ED never occurs as a continuation byte
            if (bytes[i] == (byte) 0xED && (bytes[i + 1] & 0xE0) == 0xA0 && (bytes[i + 2] & 0xC0) == 0x80) {
                if (!appendStrict(text, bytes, start, i)) {
                    return null;
                }
                text.append((char) (0xD000 | (bytes[i + 1] & 0x3F) << 6 | bytes[i + 2] & 0x3F));
                start = i + 3;
                i += 2;
            }
        }
        return appendStrict(text, bytes, start, to) ? text.toString() : null;
    }

    private static boolean appendStrict(StringBuilder text, byte[] bytes, int from, int to) {
        try {
            text.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** The bytes of a text. */
    public static byte[] encode(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            return encodeSurrogates(text);
        }
    }

    private static byte[] encodeSurrogates(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
        text.codePoints().forEach(code -> {
            if (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
                out.write(0xE0 | code >> 12);
                out.write(0x80 | code >> 6 & 0x3F);
                out.write(0x80 | code & 0x3F);
            } else {
                out.writeBytes(Character.toString(code).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }
}
