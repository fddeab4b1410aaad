package io.candela.nn;

/** Gram and Schmidt's method in double: what a QR decomposition gives whose R has a positive diagonal. */
final class Orthogonal {
    private Orthogonal() {}

    /** Makes vectors that lie in {@code a} orthogonal and of length 1: {@code across} leads to the next vector, {@code along} to the next element. */
    static void normalize(double[] a, int vectors, int across, int length, int along) {
        for (int v = 0; v < vectors; v++) {
            for (int pass = 0; pass < 2; pass++) { // the second removes what rounding left
                for (int u = 0; u < v; u++) {
                    double dot = dot(a, u * across, v * across, length, along);
                    for (int i = 0; i < length; i++) {
                        a[v * across + i * along] -= dot * a[u * across + i * along];
                    }
                }
            }
            double size = Math.sqrt(dot(a, v * across, v * across, length, along));
            for (int i = 0; i < length; i++) {
                a[v * across + i * along] /= size;
            }
        }
    }

    private static double dot(double[] a, int first, int second, int length, int along) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += a[first + i * along] * a[second + i * along];
        }
        return sum;
    }
}
