package io.candela.tensor;

import java.math.BigInteger;

/**
 * The double-precision {@code log}, {@code log1p}, {@code sin} and {@code cos} of the GNU C library on an x86-64 processor with FMA,
 * bit for bit: PyTorch's double-precision random numbers take their last bit from them. {@code Math} and {@code StrictMath} are as
 * accurate but round a few results in a hundred the other way.
 *
 * <p>Methods: {@code log} is the table method of Arm's optimized routines (MIT licence), {@code log1p} the polynomial of fdlibm,
 * {@code sin} and {@code cos} the table method of IBM's accurate mathematical library without its slow path, as in glibc since 2.28.
 * Operations are fused where the compiled library (checked: 2.36) fuses them. Only the arguments that random numbers need are provided
 * for.
 */
final class GlibcMath {
    private static final double ROUND_TO_128TH = 0x1.8p45; // adding it leaves a multiple of 1/128, and its number in the low bits
    private static final double ROUND_TO_INTEGER = 0x1.8p52;
    private static final double HALF_PI_LOW = 0x1.1a62633145c07p-54; // π/2 less Math.PI / 2
    private static final int ANGLES = 110; // multiples of 1/128 up to 0.855, beyond which the argument is reduced

    // Sine and cosine of k/128, each as the sum of two doubles.
    private static final double[] SIN = new double[ANGLES];
    private static final double[] SIN_LOW = new double[ANGLES];
    private static final double[] COS = new double[ANGLES];
    private static final double[] COS_LOW = new double[ANGLES];

    // For each of 128 parts of [0.6875, 1.375), the reciprocal of a number near its middle and that number's logarithm. The reciprocals
    // were chosen by the authors of the method so that the logarithms, cut to 43 binary places, are nearly exact: no formula gives them.
    private static final double[] RECIPROCAL = new double[128];
    private static final double[] LOGARITHM = new double[128];
    private static final long[] RECIPROCAL_BITS = {
        0x3ff734f0c3e0de9fL, 0x3ff713786a2ce91fL, 0x3ff6f26008fab5a0L, 0x3ff6d1a61f138c7dL, 0x3ff6b1490bc5b4d1L, 0x3ff69147332f0cbaL,
        0x3ff6719f18224223L, 0x3ff6524f99a51ed9L, 0x3ff63356aa8f24c4L, 0x3ff614b36b9ddc14L, 0x3ff5f66452c65c4cL, 0x3ff5d867b5912c4fL,
        0x3ff5babccb5b90deL, 0x3ff59d61f2d91a78L, 0x3ff5805612465687L, 0x3ff56397cee76bd3L, 0x3ff54725e2a77f93L, 0x3ff52aff42064583L,
        0x3ff50f22dbb2bddfL, 0x3ff4f38f4734ded7L, 0x3ff4d843cfde2840L, 0x3ff4bd3ec078a3c8L, 0x3ff4a27fc3e0258aL, 0x3ff4880524d48434L,
        0x3ff46dce1b192d0bL, 0x3ff453d9d3391854L, 0x3ff43a2744b4845aL, 0x3ff420b54115f8fbL, 0x3ff40782da3ef4b1L, 0x3ff3ee8f5d57fe8fL,
        0x3ff3d5d9a00b4ce9L, 0x3ff3bd60c010c12bL, 0x3ff3a5242b75dab8L, 0x3ff38d22cd9fd002L, 0x3ff3755bc5847a1cL, 0x3ff35dce49ad36e2L,
        0x3ff34679984dd440L, 0x3ff32f5cceffcb24L, 0x3ff3187775a10d49L, 0x3ff301c8373e3990L, 0x3ff2eb4ebb95f841L, 0x3ff2d50a0219a9d1L,
        0x3ff2bef9a8b7fd2aL, 0x3ff2a91c7a0c1babL, 0x3ff293726014b530L, 0x3ff27dfa5757a1f5L, 0x3ff268b39b1d3bbfL, 0x3ff2539d838ff5bdL,
        0x3ff23eb7aac9083bL, 0x3ff22a012ba940b6L, 0x3ff2157996cc4132L, 0x3ff201201dd2fc9bL, 0x3ff1ecf4494d480bL, 0x3ff1d8f5528f6569L,
        0x3ff1c52311577e7cL, 0x3ff1b17c74cb26e9L, 0x3ff19e010c2c1ab6L, 0x3ff18ab07bb670bdL, 0x3ff1778a25efbcb6L, 0x3ff1648d354c31daL,
        0x3ff151b990275fddL, 0x3ff13f0ea432d24cL, 0x3ff12c8b7210f9daL, 0x3ff11a3028ecb531L, 0x3ff107fbda8434afL, 0x3ff0f5ee0f4e6bb3L,
        0x3ff0e4065d2a9fceL, 0x3ff0d244632ca521L, 0x3ff0c0a77ce2981aL, 0x3ff0af2f83c636d1L, 0x3ff09ddb98a01339L, 0x3ff08cabaf52e7dfL,
        0x3ff07b9f2f4e28fbL, 0x3ff06ab58c358f19L, 0x3ff059eea5ecf92cL, 0x3ff04949cdd12c90L, 0x3ff038c6c6f0ada9L, 0x3ff02865137932a9L,
        0x3ff0182427ea7348L, 0x3ff008040614b195L, 0x3fefe01ff726fa1aL, 0x3fefa11cc261ea74L, 0x3fef6310b081992eL, 0x3fef25f63ceeadcdL,
        0x3feee9c8039113e7L, 0x3feeae8078cbb1abL, 0x3fee741aa29d0c9bL, 0x3fee3a91830a99b5L, 0x3fee01e009609a56L, 0x3fedca01e577bb98L,
        0x3fed92f20b7c9103L, 0x3fed5cac66fb5cceL, 0x3fed272caa5ede9dL, 0x3fecf26e3e6b2ccdL, 0x3fecbe6da2a77902L, 0x3fec8b266d37086dL,
        0x3fec5894bd5d5804L, 0x3fec26b533bb9f8cL, 0x3febf583eeece73fL, 0x3febc4fd75db96c1L, 0x3feb951e0c864a28L, 0x3feb65e2c5ef3e2cL,
        0x3feb374867c9888bL, 0x3feb094b211d304aL, 0x3feadbe885f2ef7eL, 0x3feaaf1d31603da2L, 0x3fea82e63fd358a7L, 0x3fea5740ef09738bL,
        0x3fea2c2a90ab4b27L, 0x3fea01a01393f2d1L, 0x3fe9d79f24db3c1bL, 0x3fe9ae2505c7b190L, 0x3fe9852ef297ce2fL, 0x3fe95cbaeea44b75L,
        0x3fe934c69de74838L, 0x3fe90d4f2f6752e6L, 0x3fe8e6528effd79dL, 0x3fe8bfce9fcc007cL, 0x3fe899c0dabec30eL, 0x3fe87427aa2317fbL,
        0x3fe84f00acb39a08L, 0x3fe82a49e8653e55L, 0x3fe8060195f40260L, 0x3fe7e22563e0a329L, 0x3fe7beb377dcb5adL, 0x3fe79baa679725c2L,
        0x3fe77907f2170657L, 0x3fe756cadbd6130cL,
    };

    static {
        for (int k = 0; k < ANGLES; k++) {
            split(series(k, 1), SIN, SIN_LOW, k);
            split(series(k, 0), COS, COS_LOW, k);
        }
        for (int i = 0; i < RECIPROCAL.length; i++) {
            RECIPROCAL[i] = Double.longBitsToDouble(RECIPROCAL_BITS[i]);
            LOGARITHM[i] = Math.rint(-StrictMath.log(RECIPROCAL[i]) * 0x1p43) * 0x1p-43;
        }
    }

    private GlibcMath() {}

    /** Natural logarithm of a normal positive number. */
    static double log(double x) {
        if (x >= 0.9375 && x < 0x1.109p0) {
            return x == 1 ? 0 : logNearOne(x - 1);
        }
        long bits = Double.doubleToRawLongBits(x);
        long distance = bits - 0x3fe6000000000000L; // from 0.6875
        int part = (int) (distance >>> 45) & 127;
        double exponent = distance >> 52;
        double mantissa = Double.longBitsToDouble(bits - (distance & 0xfffL << 52));

        double r = Math.fma(mantissa, RECIPROCAL[part], -1);
        double main = Math.fma(exponent, 0x1.62e42fefa3800p-1, LOGARITHM[part]);
        double high = main + r;
        double low = Math.fma(exponent, 0x1.ef35793c76730p-45, main - high + r);
        double r2 = r * r;
        low = Math.fma(r2, -0x1.0000000000001p-1, low);
        double p = Math.fma(r, -0x1.55575e506c89fp-3, 0x1.999b324f10111p-3);
        p = Math.fma(p, r2, Math.fma(r, -0x1.fffffffeb4590p-3, 0x1.555555551305bp-2));
        return Math.fma(r * r2, p, low) + high;
    }

    /** Logarithm of {@code 1 + r} for {@code r} in [-1/16, 0.0647): the difference from 1 is exact, so no table is needed. */
    private static double logNearOne(double r) {
        double r2 = r * r;
        double r3 = r * r2;
        double p = Math.fma(r2, 0x1.78182f7afd085p-4, Math.fma(r, -0x1.999eb43b068ffp-4, 0x1.c7184282ad6cap-4));
        p = Math.fma(r3, -0x1.5521375d145cdp-4, p);
        p = Math.fma(p, r3, Math.fma(r2, -0x1.fffffa4423d65p-4, Math.fma(r, 0x1.24924a344de30p-3, -0x1.55555556745a7p-3)));
        p = Math.fma(p, r3, Math.fma(r2, 0x1.999999995dd0cp-3, Math.fma(r, -0x1.ffffffffffdcbp-3, 0x1.5555555555577p-2)));
        // r - r²/2 in two parts, through the upper half of r, whose square is exact.
        double upper = Math.fma(-0x1p27, r, Math.fma(r, 0x1p27, r));
        double square = upper * upper;
        double high = Math.fma(square, -0.5, r);
        double low = Math.fma(square, -0.5, r - high);
        low = Math.fma(-0.5 * (r - upper), r + upper, low);
        return high + Math.fma(p, r3, low);
    }

    /** Logarithm of {@code 1 + x} for {@code x} in (-1, 0]. */
    static double log1p(double x) {
        if (x > -0x1p-29) {
            return x > -0x1p-54 ? x : Math.fma(-(x * x), 0.5, x);
        }
        double f = x; // 1 + x = 2^exponent (1 + f), but for the correction
        int exponent = 0;
        double correction = 0;
        // The library compares upper halves, hence these bounds: 0xbfd2bec4, near √2/2 - 1, here, and 0x6a09d, of √2, below.
        if (upperHalf(x) >= 0xbfd2bec4) {
            double u = 1 + x;
            int upper = upperHalf(u);
            exponent = (upper >> 20) - 1023;
            correction = (x - (u - 1)) / u;
            upper &= 0xfffff;
            int one = 0x3ff00000;
            int nearOne = upper;
            if (upper > 0x6a09d) {
                exponent++;
                one = 0x3fe00000;
                nearOne = 0x100000 - upper >> 2;
            }
            f = Double.longBitsToDouble((long) (upper | one) << 32 | Double.doubleToRawLongBits(u) & 0xffffffffL) - 1;
            if (nearOne == 0) {
                return log1pSmall(f, exponent, correction);
            }
        }
        double half = f * 0.5 * f;
        double s = f / (f + 2);
        double z = s * s;
        double z2 = z * z;
        double z4 = z2 * z2;
        double p = Math.fma(z, 0x1.5555555555593p-1, z2 * Math.fma(z, 0x1.2492494229359p-2, 0x1.999999997fa04p-2));
        p = Math.fma(z4, Math.fma(z, 0x1.7466496cb03dep-3, 0x1.c71c51d8e78afp-3), p);
        p = Math.fma(z2 * z4, Math.fma(z, 0x1.2f112df3e5244p-3, 0x1.39a09d078c69fp-3), p);
        double rest = (p + half) * s;
        if (exponent == 0) {
            return f - (half - rest);
        }
        double tail = Math.fma(exponent, 0x1.a39ef35793c76p-33, correction);
        return Math.fma(exponent, 0x1.62e42fee00000p-1, -(half - (tail + rest) - f));
    }

    private static double log1pSmall(double f, int exponent, double correction) {
        double tail = Math.fma(exponent, 0x1.a39ef35793c76p-33, correction);
        if (f == 0) {
            return exponent == 0 ? 0 : Math.fma(exponent, 0x1.62e42fee00000p-1, tail);
        }
        double rest = Math.fma(-f, 0x1.5555555555555p-1, 1) * (f * 0.5 * f);
        return exponent == 0 ? f - rest : Math.fma(exponent, 0x1.62e42fee00000p-1, -(rest - tail - f));
    }

    /** Sine of a number in [0, 10^8). */
    static double sin(double x) {
        int upper = upperHalf(x);
        if (upper < 0x3e400000) { // 2^-27
            return x;
        }
        if (upper < 0x3feb6000) { // 0.855
            return sin(x, 0);
        }
        if (upper < 0x400368fd) { // 2.426
            double a = Math.PI / 2 - x;
            double high = a + HALF_PI_LOW;
            return cos(high, a - high + HALF_PI_LOW);
        }
        return reduced(x, 0);
    }

    /** Cosine of a number in [0, 10^8). */
    static double cos(double x) {
        int upper = upperHalf(x);
        if (upper < 0x3e400000) {
            return 1;
        }
        if (upper < 0x3feb6000) {
            return cos(x, 0);
        }
        if (upper < 0x400368fd) {
            double a = Math.PI / 2 - x;
            double high = a + HALF_PI_LOW;
            return sin(high, a - high + HALF_PI_LOW);
        }
        return reduced(x, 1);
    }

    /** Sine of {@code x + quarters π/2}: takes off the nearest multiple of π/2, which is held in four parts. */
    private static double reduced(double x, int quarters) {
        double shifted = Math.fma(x, 0x1.45f306dc9c883p-1, ROUND_TO_INTEGER);
        double multiple = shifted - ROUND_TO_INTEGER;
        int quadrant = (int) Double.doubleToRawLongBits(shifted) + quarters & 3;
        double near = Math.fma(-multiple, -0x1.dde973c000000p-27, Math.fma(-multiple, 0x1.921fb58000000p0, x));
        double nearer = Math.fma(-multiple, -0x1.cb3b398000000p-55, near);
        double nearerLow = Math.fma(-multiple, -0x1.cb3b398000000p-55, near - nearer);
        double high = Math.fma(-multiple, -0x1.d747f23e32ed7p-83, nearer);
        double low = nearerLow + Math.fma(-multiple, -0x1.d747f23e32ed7p-83, nearer - high);
        double value = (quadrant & 1) == 0 ? sin(high, low) : cos(high, low);
        return (quadrant & 2) == 0 ? value : -value;
    }

    /** Sine of {@code x + dx}, |x| up to 0.855 and dx below x's last bit. */
    private static double sin(double x, double dx) {
        double magnitude = Math.abs(x);
        if (magnitude < 0.126) {
            double square = x * x;
            double p = Math.fma(square, -0x1.addffc2fcdf59p-26, 0x1.71de27b9a7ed9p-19);
            p = Math.fma(p, square, -0x1.a01a019db08b8p-13);
            p = Math.fma(p, square, 0x1.1111111110ecep-7);
            p = Math.fma(p, square, -0x1.5555555555555p-3);
            return Math.fma(square, Math.fma(p, x, -(dx * 0.5)), dx) + x;
        }
        double shifted = magnitude + ROUND_TO_128TH;
        int k = (int) Double.doubleToRawLongBits(shifted);
        double t = magnitude - (shifted - ROUND_TO_128TH);
        double dt = x <= 0 ? -dx : dx;
        double square = t * t;
        double s = Math.fma(square * t, sinePolynomial(square), dt) + t;
        double c = Math.fma(t, dt, square * cosinePolynomial(square));
        double rest = Math.fma(s, COS[k], Math.fma(-c, SIN[k], Math.fma(s, COS_LOW[k], SIN_LOW[k])));
        return Math.copySign(rest + SIN[k], x);
    }

    /** Cosine of {@code x + dx}, |x| up to 0.855 and dx below x's last bit. */
    private static double cos(double x, double dx) {
        double magnitude = Math.abs(x);
        double shifted = magnitude + ROUND_TO_128TH;
        int k = (int) Double.doubleToRawLongBits(shifted);
        double t = magnitude - (shifted - ROUND_TO_128TH) + (x < 0 ? -dx : dx);
        double square = t * t;
        double s = Math.fma(t * square, sinePolynomial(square), t);
        double c = square * cosinePolynomial(square);
        return Math.fma(-s, SIN[k], Math.fma(-c, COS[k], Math.fma(-s, SIN_LOW[k], COS_LOW[k]))) + COS[k];
    }

    private static double sinePolynomial(double square) {
        return Math.fma(square, 0x1.11110e829872fp-7, -0x1.5555555555515p-3);
    }

    private static double cosinePolynomial(double square) {
        return Math.fma(Math.fma(square, 0x1.6c16bedd9e239p-10, -0x1.5555555555535p-5), square, 0.5);
    }

    private static int upperHalf(double x) {
        return (int) (Double.doubleToRawLongBits(x) >>> 32);
    }

    /** 2^128 times the Taylor series of cosine (first power 0) or sine (1) at k/128: enough digits for two doubles. */
    private static BigInteger series(int k, int firstPower) {
        BigInteger term = BigInteger.valueOf(firstPower == 0 ? 128 : k).shiftLeft(121);
        BigInteger sum = BigInteger.ZERO;
        for (int power = firstPower; term.signum() != 0; power += 2) {
            sum = sum.add(term);
            term = term.multiply(BigInteger.valueOf(-(long) k * k)).divide(BigInteger.valueOf((power + 1L) * (power + 2L) << 14));
        }
        return sum;
    }

    private static void split(BigInteger scaled, double[] high, double[] low, int k) {
        double rounded = scaled.doubleValue();
        long mantissa = Double.doubleToRawLongBits(rounded) & (1L << 52) - 1 | 1L << 52;
        BigInteger exact = BigInteger.valueOf(mantissa).shiftLeft(Math.getExponent(rounded) - 52); // 0, too, gives 0
        high[k] = rounded * 0x1p-128;
        low[k] = scaled.subtract(exact).doubleValue() * 0x1p-128;
    }
}
