/** How much may be under way at once. */
export type Room = Readonly<{ perKey: number; perGuard: number; overall: number; bytesPerKey: number; bytesPerGuard: number; bytesOverall: number }>;
/** Who asks, and about which guard. */
export type Asking = Readonly<{ key: string; guard: string }>;

type Used = { count: number; bytes: number };

/** Counts what is under way by key and by guard, so that one caller, or one tenant with many keys, cannot take all the room. */
export class InFlight {
  private readonly room: Room;
  private readonly byKey = new Map<string, Used>();
  private readonly byGuard = new Map<string, Used>();
  private readonly all: Used = { count: 0, bytes: 0 };

  constructor(room: Room) {
    this.room = room;
  }

  get count(): number {
    return this.all.count;
  }

  /** The way out again, to be called once; null: there is no room. */
  enter({ key, guard }: Asking, bytes: number): (() => void) | null {
    const { perKey, perGuard, overall, bytesPerKey, bytesPerGuard, bytesOverall } = this.room;
    const ofKey = this.byKey.get(key) ?? { count: 0, bytes: 0 };
    const ofGuard = this.byGuard.get(guard) ?? { count: 0, bytes: 0 };
    const fits = (used: Used, most: number, mostBytes: number): boolean => used.count < most && used.bytes + bytes <= mostBytes;
    if (!fits(ofKey, perKey, bytesPerKey) || !fits(ofGuard, perGuard, bytesPerGuard) || !fits(this.all, overall, bytesOverall)) return null;
    this.byKey.set(key, ofKey);
    this.byGuard.set(guard, ofGuard);
    const counted = [ofKey, ofGuard, this.all];
    for (const used of counted) {
      used.count += 1;
      used.bytes += bytes;
    }
    return () => {
      for (const used of counted) {
        used.count -= 1;
        used.bytes -= bytes;
      }
      if (ofKey.count === 0) this.byKey.delete(key);
      if (ofGuard.count === 0) this.byGuard.delete(guard);
    };
  }
}
