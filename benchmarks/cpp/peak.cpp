// The most floating-point work that one core does: independent multiply-adds on eight doubles at a time.
#include "lanes.hpp"

// Runs `n` rounds of 12 multiply-adds on eight lanes, 192 operations; returns a number so that nothing is left out.
extern "C" double multiply_add(int64_t n) {
    constexpr int CHAINS = 12;  // more than the latency of a multiply-add times those started per cycle
    Lanes x[CHAINS], factor = Lanes{} + 0.999999, term = Lanes{} + 1e-6, sum = Lanes{};
    for (int i = 0; i < CHAINS; i++) x[i] = Lanes{} + double(i);
    for (int64_t round = 0; round < n; round++)
        for (int i = 0; i < CHAINS; i++) x[i] = x[i] * factor + term;
    for (int i = 0; i < CHAINS; i++) sum += x[i];
    double total = 0.0;
    for (int lane = 0; lane < 8; lane++) total += sum[lane];
    return total;
}
