package io.candela.examples;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What the user gave cannot be used. The message says what and where, in one sentence. */
final class InputException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message names the file or option, the place in it, and the value */
    InputException(String message) {
        super(message);
    }

    /** The same, with what Java said about it. */
    InputException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A file that was named cannot be read. */
    static InputException unreadable(String file, IOException e) {
        return new InputException(file + ": " + reason(e), e);
    }

    /** What went wrong, without the file's name as far as Java keeps the two apart. */
    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof CharacterCodingException) {
            return "not a text file in UTF-8";
        }
        return e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : String.valueOf(e.getMessage());
    }
}
