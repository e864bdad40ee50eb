import {setTimeout as sleep} from 'node:timers/promises';

import {sendRequest} from './fuzz-http.js';
import type {WireRequest} from './fuzz-http.js';
import {ResponseChecker} from './fuzz-checker.js';
import type {RequestPlan} from './fuzz-requests.js';
import type {FuzzWorld} from './fuzz-world.js';
import type {OpenApiDocument} from './openapi-document.js';

const BUSY_PAUSE_MS = 1_200;
const MAX_TRIES = 4;
const MAX_PROBLEMS = 25;

/** Carries out plans and records the results. */
export class FuzzRun {
  readonly problems: string[] = [];
  readonly statuses = new Map<string, number>();
  sent = 0;
  private readonly judge: ResponseChecker;

  constructor(
    document: OpenApiDocument,
    private readonly world: FuzzWorld,
    private readonly port: number,
  ) {
    this.judge = new ResponseChecker(document);
  }

  /** Carries out the plans concurrently. Returns false after too many problems. */
  async all(plans: RequestPlan[]): Promise<boolean> {
    await Promise.all(
      plans.map((plan) =>
        this.runPlan(plan).catch((error: unknown) => {
          this.problems.push(`the test failed: ${(error as Error).stack} <- ${describePlan(plan)}`);
        }),
      ),
    );
    return this.problems.length < MAX_PROBLEMS;
  }

  get summary(): string {
    const counts = [...this.statuses].sort().map(([status, count]) => `${status}: ${count}`);
    return `${this.sent} requests, ${counts.join(', ')}`;
  }

  private async runPlan(plan: RequestPlan): Promise<void> {
    const request = await this.world.requestFor(plan);
    const answer = await this.sendWithRetry(request);
    this.sent++;
    if (typeof answer === 'string') {
      this.problems.push(`${answer} <- ${describePlan(plan)}`);
      return;
    }
    const {status, headers, body} = answer;
    this.statuses.set(String(status), (this.statuses.get(String(status)) ?? 0) + 1);
    const leaks = this.world.findLeaks(JSON.stringify(headers) + body.toString('latin1'));
    const faults = [
      ...this.judge.findErrors(plan, request, answer),
      ...leaks.map((secret) => `gives away ${secret}`),
    ];
    for (const fault of faults) this.problems.push(`${fault} <- ${describePlan(plan)}`);
    if (status === 410 || request.method === 'DELETE') await this.world.renew(plan.who);
  }

  /** Sends a request again after 503, because an overloaded machine returns it for a while. */
  private async sendWithRetry(request: WireRequest) {
    let answer = await sendRequest(this.port, request);
    for (let tries = 1; tries < MAX_TRIES; tries++) {
      if (typeof answer === 'string' || answer.status !== 503) break;
      await sleep(BUSY_PAUSE_MS);
      answer = await sendRequest(this.port, request);
    }
    return answer;
  }
}

const MAX_CHARACTERS = 1_500;

/** Returns the data that is needed to send the request again. */
const describePlan = ({method, path, headers, body}: RequestPlan): string =>
  JSON.stringify({method, path, headers, body: body?.toString('latin1')}).slice(0, MAX_CHARACTERS);
