/** How often a lease can still be renewed, in words. */
export function renewalsLeft(left: number): string {
  if (left === 0) return "no renewals left";
  return left === 1 ? "1 renewal left" : `${left} renewals left`;
}
