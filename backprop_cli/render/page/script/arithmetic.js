// Small rules of arithmetic, and softmax, the one activation whose units depend on one another.

/**
 * weight · value, where a weight of 0 silences even an infinite value: 0 · ln 0 = 0.
 * @param {number} weight
 * @param {number} value
 */
export function weighted(weight, value) {
  return weight === 0 ? 0 : weight * value;
}

/**
 * −1, 0 or 1.
 * @param {number} value
 */
export function sign(value) {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

/** @param {number[]} numbers */
export function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/** @param {number[]} numbers */
export function largestOf(numbers) {
  return numbers.reduce((best, number, index) => (number > numbers[best] ? index : best), 0);
}

/** @param {number[]} z */
export function softmax(z) {
  const top = Math.max(...z);
  const powers = z.map((x) => Math.exp(x - top));
  const whole = sum(powers);
  return powers.map((power) => power / whole);
}

/** @param {number[]} z the largest so far down that it takes no part */
export function withoutLargest(z) {
  const largest = largestOf(z);
  return z.map((x, k) => (k === largest ? -Infinity : x));
}

/**
 * 1 − o, summed from the other units where o is the largest.
 * @param {number[]} o
 */
export function complement(o) {
  const largest = largestOf(o);
  return o.map((out, k) => (k === largest ? sum(o.filter((_, other) => other !== k)) : 1 - out));
}

/**
 * ∂a_unit/∂z_by = a_i(δ_ij − a_j), the diagonal summed over the others, so that nothing cancels.
 * @param {number[]} a
 * @param {number} unit
 * @param {number} by
 */
export function softmaxSlope(a, unit, by) {
  if (unit !== by) return -a[unit] * a[by];
  return sum(a.filter((_, other) => other !== unit).map((other) => a[unit] * other));
}

/**
 * ∂E/∂z from ∂E/∂a, which is measured from the largest unit's, so that a saturated unit keeps its digits.
 * @param {number[]} a
 * @param {number[]} upstream
 */
export function softmaxPullback(a, upstream) {
  const g = upstream.map((value) => value - upstream[largestOf(a)]);
  const mean = sum(a.map((value, k) => value * g[k]));
  return a.map((value, k) => value * (g[k] - mean));
}
