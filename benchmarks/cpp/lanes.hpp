// Arithmetic on one double or on eight at once, with exp and log as inline polynomials for the eight.
#pragma once
#include <cmath>
#include <cstdint>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

typedef double Lanes __attribute__((vector_size(64)));
typedef int64_t LaneBits __attribute__((vector_size(64)));

template <class R> struct Width { static constexpr int value = 1; };
template <> struct Width<Lanes> { static constexpr int value = 8; };

inline double *lanes_of(double &x) { return &x; }
inline double *lanes_of(Lanes &x) { return reinterpret_cast<double *>(&x); }

inline double exp_(double x) { return std::exp(x); }
inline double log_(double x) { return std::log(x); }
inline double sqrt_(double x) { return std::sqrt(x); }
inline double abs_(double x) { return std::fabs(x); }
inline double max_(double a, double b) { return a > b ? a : b; }
inline double pow_(double x, double y) { return std::pow(x, y); }
inline double power_two_thirds(double x) { return std::pow(x, 2.0 / 3.0); }

inline Lanes abs_(Lanes x) { return (Lanes)((LaneBits)x & 0x7FFFFFFFFFFFFFFF); }
inline Lanes max_(Lanes a, Lanes b) { return a > b ? a : b; }

inline Lanes sqrt_(Lanes x) {
#ifdef __AVX512F__
    return (Lanes)_mm512_sqrt_pd((__m512d)x);
#else
    for (int i = 0; i < 8; i++) x[i] = std::sqrt(x[i]);
    return x;
#endif
}

constexpr double SHIFT = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer, kept in the low bits
constexpr double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;

inline Lanes exp_(Lanes x) {
    Lanes shifted = x * 1.4426950408889634 + SHIFT;
    Lanes k = shifted - SHIFT;
    Lanes r = x - k * LN2_HIGH - k * LN2_LOW;
    Lanes p = 1.6059043836821613e-10 * r + 2.08767569878681e-09;
    p = p * r + 2.505210838544172e-08;
    p = p * r + 2.755731922398589e-07;
    p = p * r + 2.7557319223985893e-06;
    p = p * r + 2.48015873015873e-05;
    p = p * r + 1.984126984126984e-04;
    p = p * r + 1.388888888888889e-03;
    p = p * r + 8.333333333333333e-03;
    p = p * r + 4.1666666666666664e-02;
    p = p * r + 1.6666666666666666e-01;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return (Lanes)((LaneBits)p + ((LaneBits)shifted << 52));
}

inline Lanes log_(Lanes x) {
    LaneBits bits = (LaneBits)x;
    LaneBits exponent = (bits - 0x3FE6A09E667F3BCD) >> 52;
    Lanes k = (Lanes)(exponent + 0x4338000000000000) - SHIFT;
    Lanes f = (Lanes)(bits - (exponent << 52)) - 1.0;
    Lanes s = f / (2.0 + f);
    Lanes z = s * s;
    Lanes p = 1.479819860511658591e-01 * z + 1.531383769920937332e-01;
    p = p * z + 1.818357216161805012e-01;
    p = p * z + 2.222219843214978396e-01;
    p = p * z + 2.857142874366239149e-01;
    p = p * z + 3.999999999940941908e-01;
    p = p * z + 6.666666666666735130e-01;
    p = p * z;
    Lanes half = 0.5 * f * f;
    return k * LN2_HIGH - ((half - (s * (half + p) + k * LN2_LOW)) - f);
}

inline Lanes pow_(Lanes x, Lanes y) { return exp_(y * log_(x)); }
inline Lanes power_two_thirds(Lanes x) { return exp_(log_(x) * (2.0 / 3.0)); }
