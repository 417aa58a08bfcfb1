/** What stands in a column: where its middle would like to be, and how high it is. */
export type Wish = { middle: number; height: number };

/**
 * Places a column in the order given, each as near as it can be to where it would like to be: the least squares that leave a
 * gap between neighbours (isotonic regression, by pooling those who are in each other's way). Returns the middles.
 */
export function placeColumn(wishes: readonly Wish[], gap: number): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const [at, { height }] of wishes.entries()) {
    if (at > 0) offset += ((wishes[at - 1]?.height ?? 0) + height) / 2 + gap;
    offsets.push(offset);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [at, { middle }] of wishes.entries()) {
    let pool = { sum: middle - (offsets[at] ?? 0), count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  return pools
    .flatMap(({ sum, count }) => Array<number>(count).fill(sum / count))
    .map((base, at) => base + (offsets[at] ?? 0));
}
