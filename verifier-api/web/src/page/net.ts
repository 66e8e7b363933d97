// Requests that end: a server that hangs is one that can't be reached.
export const answer_max_ms = 8000;

/** The body must have come within that time as well. */
export async function request(path: string, init: RequestInit = {}, max_ms = answer_max_ms): Promise<Response> {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), max_ms);
  return fetch(path, { ...init, signal: stop.signal });
}

/** Null once the time is over; what was promised may still come. */
export const within = <T>(promised: Promise<T>, max_ms: number): Promise<T | null> => {
  let timer: ReturnType<typeof setTimeout>;
  return Promise.race([promised.finally(() => clearTimeout(timer)), new Promise<null>((done) => (timer = setTimeout(done, max_ms, null)))]);
};
