import type { Observable } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { createClient } from "graphql-ws";
import { pauseAfter } from "../live/follow";
import { closesSilentSockets } from "../live/silence";
import { connectionParamsOf } from "../session/credentials";
import { behind } from "./behind";
import { setConnection } from "./connection";
import type { Request } from "./fetcher";
import { currentIdentity } from "./identity";
import { exact } from "./lossless";

const forbidden = 4403;
const pause = 1000;

/**
 * Subscribes until it is told to stop, as who asks now. A stream that is cut goes on by itself, behind the last cursor if the
 * document lets variables say so.
 */
export function follow(request: Request): Observable<ExecutionResult> {
  return {
    subscribe(sink) {
      if (typeof sink !== "object") throw new TypeError("a sink is needed");
      const identity = currentIdentity();
      const resumed = {
        query: request.query,
        operationName: request.operationName,
        variables: { ...(request.variables as object) },
      };
      let ended = false;
      const client = createClient({
        url: new URL("/graphql", location.href.replace(/^http/, "ws")).href,
        connectionParams: connectionParamsOf(identity),
        jsonMessageReviver: exact,
        retryAttempts: Number.POSITIVE_INFINITY,
        retryWait: (failures) => new Promise((resolve) => setTimeout(resolve, pauseAfter(failures))),
        shouldRetry: (cause) => !(cause instanceof CloseEvent) || cause.code !== forbidden,
        ...closesSilentSockets({
          connecting: (again) => setConnection(again ? "reconnecting" : "connecting"),
          connected: () => setConnection("listening"),
          closed: () => ended || setConnection("reconnecting"),
        }),
      });
      const end = () => {
        ended = true;
        setConnection("none");
        void client.dispose();
      };
      const start = () => {
        if (ended) return;
        client.subscribe<ExecutionResult["data"]>(resumed, {
          next(event) {
            Object.assign(resumed.variables, behind(event.data, request.query));
            sink.next(event as ExecutionResult);
          },
          error(cause) {
            if (isRetryable(cause)) return void setTimeout(start, pause);
            end();
            sink.error(readable(cause));
          },
          complete() {
            if (ended) return;
            end();
            sink.complete();
          },
        });
      };
      start();
      return { unsubscribe: end };
    },
  };
}

function isRetryable(cause: unknown): boolean {
  return Array.isArray(cause) && cause.some((error) => error?.extensions?.retryable === true);
}

function readable(cause: unknown): unknown {
  if (cause instanceof CloseEvent) return { message: `The server has closed the connection: ${cause.reason || cause.code}` };
  return cause;
}
