// Functions that JavaScript's Math has not.

/**
 * 1 − erf(x), as in fdlibm's s_erf.c (Sun Microsystems, 1993): rational approximations on five intervals.
 * @param {number} x
 * @returns {number}
 */
export function erfc(x) {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size < 0.84375) {
    if (size < 2 ** -56) return 1 - x;
    const y = ratio(ERF_NEAR_0, x * x);
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (size < 1.25) {
    const y = ratio(ERF_NEAR_1, size - 1);
    return x >= 0 ? 1 - ERF_1 - y : 1 + (ERF_1 + y);
  }
  if (size >= 28) return x > 0 ? 0 : 2;
  if (x < -6) return 2;
  const y = ratio(size < 1 / 0.35 ? ERFC_TO_2_8 : ERFC_TO_28, 1 / (size * size));
  const short = Math.fround(size);
  const r = (Math.exp(-short * short - 0.5625) * Math.exp((short - size) * (short + size) + y)) / size;
  return x > 0 ? r : 2 - r;
}

const ERF_1 = 8.45062911510467529297e-1;

/** @typedef {[over: number[], under: number[]]} Ratio two polynomials, the constant first */

/** @type {Ratio} */
const ERF_NEAR_0 = [
  [1.28379167095512558561e-1, -3.25042107247001499370e-1, -2.84817495755985104766e-2, -5.77027029648944159157e-3, -2.37630166566501626084e-5],
  [1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3, 1.32494738004321644526e-4, -3.96022827877536812320e-6],
];
/** @type {Ratio} */
const ERF_NEAR_1 = [
  [-2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1, 3.18346619901161753674e-1, -1.10894694282396677476e-1, 3.54783043256182359371e-2, -2.16637559486879084300e-3],
  [1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2, 1.26171219808761642112e-1, 1.36370839120290507362e-2, 1.19844998467991074170e-2],
];
/** @type {Ratio} */
const ERFC_TO_2_8 = [
  [-9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1, -6.23753324503260060396e1, -1.62396669462573470355e2, -1.84605092906711035994e2, -8.12874355063065934246e1, -9.81432934416914548592],
  [1, 1.96512716674392571292e1, 1.37657754143519042600e2, 4.34565877475229228821e2, 6.45387271733267880336e2, 4.29008140027567833386e2, 1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2],
];
/** @type {Ratio} */
const ERFC_TO_28 = [
  [-9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1, -1.60636384855821916062e2, -6.37566443368389627722e2, -1.02509513161107724954e3, -4.83519191608651397019e2],
  [1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3, 2.55305040643316442583e3, 4.74528541206955367215e2, -2.24409524465858183362e1],
];

/**
 * @param {Ratio} ratio
 * @param {number} x
 */
function ratio([over, under], x) {
  return polynomial(over, x) / polynomial(under, x);
}

/**
 * @param {number[]} coefficients the constant first
 * @param {number} x
 */
function polynomial(coefficients, x) {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
