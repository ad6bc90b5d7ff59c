/* A 2-2-2 sigmoid network with own biases, half squared error, plain SGD: the limit. Called as: loop STEPS */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double sigmoid(double z) { return 1.0 / (1.0 + exp(-z)); }

int main(int count, char **arguments) {
    long steps = count > 1 ? atol(arguments[1]) : 1;
    double v[2][2] = {{0.15, 0.20}, {0.25, 0.30}}, b[2] = {0.35, 0.35};
    double w[2][2] = {{0.40, 0.45}, {0.50, 0.55}}, c[2] = {0.60, 0.60};
    const double x[2] = {0.05, 0.10}, t[2] = {0.01, 0.99}, rate = 0.5;
    for (long step = 0; step < steps; step++) {
        double a[2], o[2], d[2], e[2];
        for (int i = 0; i < 2; i++) a[i] = sigmoid(v[i][0] * x[0] + v[i][1] * x[1] + b[i]);
        for (int i = 0; i < 2; i++) o[i] = sigmoid(w[i][0] * a[0] + w[i][1] * a[1] + c[i]);
        for (int i = 0; i < 2; i++) d[i] = (o[i] - t[i]) * o[i] * (1.0 - o[i]);
        for (int j = 0; j < 2; j++) e[j] = (d[0] * w[0][j] + d[1] * w[1][j]) * a[j] * (1.0 - a[j]);
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) w[i][j] -= rate * d[i] * a[j], v[i][j] -= rate * e[i] * x[j];
            c[i] -= rate * d[i];
            b[i] -= rate * e[i];
        }
    }
    printf("%.17g\n", v[0][0]);
    return 0;
}
