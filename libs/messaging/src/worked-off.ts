type StreamState = Readonly<{ messages: number; first_seq: number; last_seq: number }>;

const lookAgainMs = 25;

/** Whether all that a work queue held at the first look is gone from it, which is what acknowledging does, before the time is up. */
export async function workedOff(look: () => Promise<Readonly<{ state: StreamState }>>, remainingMs: () => number): Promise<boolean> {
  let wanted: number | undefined;
  for (;;) {
    const { state } = await look();
    // A stream that was made anew counts from 1 again: what it holds now is what there is to wait for.
    if (wanted === undefined || state.last_seq < wanted) wanted = state.last_seq;
    if (state.messages === 0 || state.first_seq > wanted) return true;
    if (remainingMs() <= lookAgainMs) return false;
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}
