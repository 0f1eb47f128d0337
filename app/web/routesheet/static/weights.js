// Weights and money: kilograms as people type them, whole grams inside, minor units for money. As the service does it:
// tests/browser/cases.py holds both to one table.

const GRAMS_PER_KILOGRAM = 1000;

// `2.5` or `2,5` as grams; null for what is no weight.
function parseKilograms(typed) {
  const found = /^(\d*)(?:[.,](\d{0,3})0*)?$/.exec(typed.trim());
  if (!found || !/\d/.test(typed)) return null;
  return Number(found[1] || 0) * GRAMS_PER_KILOGRAM + Number((found[2] || "").padEnd(3, "0"));
}

function kilograms(grams) {
  return String(grams / GRAMS_PER_KILOGRAM);
}

// Each line is rounded by itself, a half upwards.
function creditMinor(grams, rate) {
  return Math.floor((2 * grams * rate + GRAMS_PER_KILOGRAM) / (2 * GRAMS_PER_KILOGRAM));
}

function weightText(grams) {
  return day.weight.replace("{}", grouped(grams / GRAMS_PER_KILOGRAM, 0, 3));
}

function moneyText(minor) {
  const unit = 10 ** day.digits;
  return day.money.replace("{}", grouped(minor / unit, minor % unit ? day.digits : 0, day.digits));
}

function grouped(amount, least, most) {
  return amount.toLocaleString(day.locale, { minimumFractionDigits: least, maximumFractionDigits: most });
}

function sum(grams) {
  return Object.values(grams).reduce((all, one) => all + one, 0);
}

function creditOf(grams, stop) {
  return Object.entries(grams).reduce((all, [code, one]) => all + creditMinor(one, day.rates[stop.rates][code] || 0), 0);
}

// What is worth asking about: more than this home has ever given by far, a bag nobody lifts, less than a bottle.
function isOdd(grams, stop) {
  const weights = Object.values(grams);
  return (
    weights.some(one => one < 50 || one > 40000) || (stop.usual && sum(grams) > Math.max(3 * stop.usual, 10000))
  );
}
