// The yardsticks by Tsit5 in C++: one run at a time, or eight in the lanes of vector registers.
// B1 and B2 are written here by hand; the patient is written by recording.py into generated.hpp.
// Doses are landed on exactly, outputs come from the dense output, a finished lane takes the next run.
#include <algorithm>
#include <limits>

#include "generated.hpp"
#include "lanes.hpp"

namespace {

struct B1 {
    static constexpr int N = 4, P = 11, SUMMED[] = {0};
    template <class R> static inline void slopes(const R *y, R *dy, const R *p) {
        R V = y[0], K = y[1], A = y[2], C = y[3];
        dy[0] = -p[0] * V * log_(V / K);
        dy[1] = p[1] * V - p[2] * K * power_two_thirds(V) - p[3] * C * K - p[4] * K;
        dy[2] = -p[5] * A;
        dy[3] = p[5] * A / p[7] - p[6] * C;
    }
};

struct B2 {
    static constexpr int N = 14, P = 34, SUMMED[] = {0, 1, 2, 3, 4, 5};
    template <class R> static inline void slopes(const R *y, R *dy, const R *p) {
        R S = y[0], R1 = y[1], R2 = y[2], D1 = y[3], D2 = y[4], D3 = y[5], F = y[6], X = y[7], I = y[8], M = y[9];
        R C1 = y[10], Q1 = y[11], C2 = y[12], Q2 = y[13];
        R T = S + R1 + R2 + D1 + D2 + D3;
        R vessels = M + 0.5 * I;
        R G = -p[0] * log_(T / (p[1] * vessels));
        R oxygen = vessels / (vessels + 0.05 * T);
        R power = C1 * sqrt_(abs_(C1));
        R E1 = power / (power + p[21] * sqrt_(p[21]));
        R E2 = C2 / (C2 + p[22]);
        R g = G * (1.0 - p[2] * E2);
        R kill_S = p[5] * E1 + p[6] * E2, kill_R1 = p[6] * E2, kill_R2 = p[5] * E1;
        dy[0] = S * (g - kill_S - p[7] - p[8]);
        dy[1] = R1 * (g * (1.0 - p[3]) - kill_R1) + p[7] * S;
        dy[2] = R2 * (G * (1.0 - p[4]) - kill_R2) + p[8] * S;
        dy[3] = kill_S * S + kill_R1 * R1 + kill_R2 * R2 - p[9] * D1;
        dy[4] = p[9] * (D1 - D2);
        dy[5] = p[9] * (D2 - D3);
        dy[6] = p[10] * (1.2 - oxygen) * T / (T + p[31]) * (1.0 - 0.5 * E2) - p[11] * F - p[12] * F * X;
        dy[7] = p[13] * (1.0 - 0.4 * E1) - p[14] * X - p[12] * F * X;
        R F2 = F * F;
        R sprout = p[15] * F2 / (F2 + p[32] * p[32]) * (1.0 - E1) * (vessels + 1.0);
        dy[8] = sprout - p[16] * I - p[17] * (1.0 + p[18] * E1) * I;
        dy[9] = p[16] * I - p[19] * M - p[20] * E1 * M;
        dy[10] = -(p[23] + p[24]) * C1 + p[25] * Q1;
        dy[11] = p[24] * C1 - p[25] * Q1;
        dy[12] = -(p[26] + p[27]) * C2 + p[28] * Q2;
        dy[13] = p[27] * C2 - p[28] * Q2;
    }
};

// Tsitouras (2011), doi 10.1016/j.camwa.2011.06.002
constexpr double A[7][6] = {
    {},
    {0.161},
    {-0.008480655492356989, 0.335480655492357},
    {2.8971530571054935, -6.359448489975075, 4.3622954328695815},
    {5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525},
    {5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383},
    {0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774}};
constexpr double ERROR[7] = {-0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995,
                             -0.1447110071732629,     0.5823571654525552,     -0.45808210592918697,
                             0.015151515151515152};

inline void dense_weights(double s, double *b) {
    b[0] = -1.0530884977290216 * s * (s - 1.3299890189751412) * (s * s - 1.4364028541716351 * s + 0.7139816917074209);
    b[1] = 0.1017 * s * s * (s * s - 2.1966568338249754 * s + 1.2949852507374631);
    b[2] = 2.490627285651252793 * s * s * (s * s - 2.38535645472061657 * s + 1.57803468208092486);
    b[3] = -16.54810288924490272 * (s - 1.21712927295533244) * (s - 0.61620406037800089) * s * s;
    b[4] = 47.37952196281928122 * (s - 1.203071208372362603) * (s - 0.658047292653547382) * s * s;
    b[5] = -34.87065786149660974 * (s - 1.2) * (s - 0.666666666666666667) * s * s;
    b[6] = 2.5 * (s - 1.0) * (s - 0.6) * s * s;
}

template <class Problem, class R> struct Block {
    R y[Problem::N], k[7][Problem::N], trial[Problem::N], p[Problem::P], h, error;

    template <int STAGE> inline void stage() {
        R here[Problem::N];
        R *target = STAGE == 6 ? trial : here;
        for (int i = 0; i < Problem::N; i++) {
            R sum = A[STAGE][0] * k[0][i];
            for (int j = 1; j < STAGE; j++) sum += A[STAGE][j] * k[j][i];
            target[i] = y[i] + h * sum;
        }
        Problem::template slopes<R>(target, k[STAGE], p);
    }

    inline void step(double rtol, double atol, bool largest) {
        stage<1>(), stage<2>(), stage<3>(), stage<4>(), stage<5>(), stage<6>();
        R total = h * 0.0;
        for (int i = 0; i < Problem::N; i++) {
            R sum = ERROR[0] * k[0][i];
            for (int j = 1; j < 7; j++) sum += ERROR[j] * k[j][i];
            R part = abs_(h * sum) / (atol + rtol * max_(abs_(y[i]), abs_(trial[i])));
            total = largest ? max_(total, part) + 0.0 * part : total + part * part;
        }
        error = largest ? total : sqrt_(total / double(Problem::N));
    }
};

template <class Problem, class R>
int64_t solve(int64_t n, const double *parameters, const double *start, int64_t days, int64_t drugs,
              const int8_t *given, const int64_t *drug_state, const int64_t *drug_dose, double rtol, double atol,
              bool largest, double *out) {
    constexpr int W = Width<R>::value, N = Problem::N, P = Problem::P;
    Block<Problem, R> block;
    int64_t run[W], next_run = 0, steps = 0;
    double t[W], h[W], kept[W], target[W], previous[W];
    int busy = 0;
    bool landing[W], fresh[W];
    std::fill(run, run + W, -1);
    std::fill(fresh, fresh + W, false);
    for (auto &x : block.y) x = R{} + 1.0;
    for (auto &x : block.p) x = R{} + 1.0;
    for (auto &slope : block.k) for (auto &x : slope) x = R{};
    block.h = R{};
    auto dose = [&](int lane) {
        const int8_t *today = given + int64_t(t[lane]) * drugs;
        for (int64_t d = 0; d < drugs; d++)
            if (today[d])
                lanes_of(block.y[drug_state[d]])[lane] += parameters[run[lane] * P + drug_dose[d]], fresh[lane] = true;
    };
    while (true) {
        bool any_fresh = false;
        for (int lane = 0; lane < W; lane++) {
            if (run[lane] < 0 && next_run < n) {
                run[lane] = next_run++, busy++;
                for (int i = 0; i < N; i++) lanes_of(block.y[i])[lane] = start[run[lane] * N + i];
                for (int i = 0; i < P; i++) lanes_of(block.p[i])[lane] = parameters[run[lane] * P + i];
                double *row = out + run[lane] * (days + 1);
                row[0] = 0.0;
                for (int i : Problem::SUMMED) row[0] += lanes_of(block.y[i])[lane];
                t[lane] = 0.0, h[lane] = 1e-3, previous[lane] = 1e-4, fresh[lane] = true;
                dose(lane);
            }
            if (run[lane] < 0) continue;
            if (fresh[lane] || landing[lane]) {
                int64_t day = int64_t(t[lane]) + 1;
                auto doses = [&](int64_t d) { return std::any_of(given + d * drugs, given + (d + 1) * drugs, [](int8_t g) { return g; }); };
                while (day < days && !doses(day)) day++;
                target[lane] = double(day);
            }
            double left = target[lane] - t[lane], wanted = h[lane];
            landing[lane] = wanted >= 0.999 * left;
            kept[lane] = wanted;
            lanes_of(block.h)[lane] = landing[lane] ? left : wanted > 0.5 * left ? 0.5 * left : wanted;
            any_fresh |= fresh[lane];
        }
        if (!busy) return steps;
        if (any_fresh) {
            R slopes[N];
            Problem::template slopes<R>(block.y, slopes, block.p);
            for (int lane = 0; lane < W; lane++) {
                if (!fresh[lane]) continue;
                for (int i = 0; i < N; i++) lanes_of(block.k[0][i])[lane] = lanes_of(slopes[i])[lane];
                fresh[lane] = false;
            }
        }
        block.step(rtol, atol, largest);
        R error = max_(block.error, R{} + 1e-10), before = R{} + 1e-4;
        for (int lane = 0; lane < W; lane++) lanes_of(before)[lane] = run[lane] < 0 ? 1e-4 : previous[lane];
        R factor = 0.9 * exp_(0.04 * log_(before) - 0.17 * log_(error));
        R accepted = R{};
        for (int lane = 0; lane < W; lane++) {
            if (run[lane] < 0) continue;
            steps++;
            double made = lanes_of(block.h)[lane], e = lanes_of(block.error)[lane];
            double f = std::min(std::max(lanes_of(factor)[lane], 0.2), 5.0);
            if (!(e <= 1.0)) {
                landing[lane] = false;
                h[lane] = e > 1.0 ? made * std::min(f, 0.9) : 0.2 * made;
                if (h[lane] < 1e-14) return -1;
                continue;
            }
            lanes_of(accepted)[lane] = 1.0;
            previous[lane] = std::max(e, 1e-4);
            double end = landing[lane] ? target[lane] : t[lane] + made;
            double *row = out + run[lane] * (days + 1);
            for (int64_t day = int64_t(t[lane]) + 1; day <= end; day++) {
                double b[7], volume = 0.0;
                dense_weights(std::min((day - t[lane]) / made, 1.0), b);
                for (int i : Problem::SUMMED) {
                    double sum = 0.0;
                    for (int j = 0; j < 7; j++) sum += b[j] * lanes_of(block.k[j][i])[lane];
                    volume += lanes_of(block.y[i])[lane] + made * sum;
                }
                row[day] = volume;
            }
            h[lane] = landing[lane] ? std::max(made * f, kept[lane]) : made * f;
            t[lane] = end;
        }
        if constexpr (W == 1) {
            if (accepted > 0.0)
                for (int i = 0; i < N; i++) block.y[i] = block.trial[i], block.k[0][i] = block.k[6][i];
        } else {
            for (int i = 0; i < N; i++) {
                block.y[i] = accepted > 0.0 ? block.trial[i] : block.y[i];
                block.k[0][i] = accepted > 0.0 ? block.k[6][i] : block.k[0][i];
            }
        }
        for (int lane = 0; lane < W; lane++) {
            if (run[lane] < 0 || !(lanes_of(accepted)[lane] > 0.0) || !landing[lane]) continue;
            if (t[lane] >= double(days))
                run[lane] = -1, busy--, landing[lane] = false;
            else
                dose(lane);
        }
    }
}

}  // namespace

// Returns the number of steps, or -1 after a failure. `out` has shape (n, days + 1).
extern "C" int64_t solve_yardstick(int problem, int lanes, int largest, int64_t n, const double *parameters,
                                   const double *start, int64_t days, int64_t drugs, const int8_t *given,
                                   const int64_t *drug_state, const int64_t *drug_dose, double rtol, double atol,
                                   double *out) {
    auto solver = problem == 1   ? (lanes == 8 ? solve<B1, Lanes> : solve<B1, double>)
                  : problem == 2 ? (lanes == 8 ? solve<B2, Lanes> : solve<B2, double>)
                                 : (lanes == 8 ? solve<Patient, Lanes> : solve<Patient, double>);
    return solver(n, parameters, start, days, drugs, given, drug_state, drug_dose, rtol, atol, largest, out);
}
