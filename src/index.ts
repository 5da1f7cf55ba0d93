/** The library's door: the four arrows and the running proxy, by name. */

export type { App, AppOptions, Notice } from './app.ts';
export { startApp } from './app.ts';
export type { CompileOptions } from './compile.ts';
export { compile } from './compile.ts';
export type { Config } from './config/config.ts';
export type { Given, GivenValues } from './config/given.ts';
export type { Load, Loaded, LoadRequest } from './config/load.ts';
export { loadConfig } from './config/load.ts';
export type { Parse, ParseOptions } from './config/parse.ts';
export { parseConfig } from './config/parse.ts';
export type { Checked, Place, Problem, Severity } from './config/problem.ts';
export type { ConfigFile } from './config/schema.ts';
export type { CorsDecision } from './cors/decision.ts';
export type { CorsPolicy } from './cors/policy.ts';
export type { Exchange, Failure, Observer } from './exchange.ts';
export { finish, finishOwn } from './finish.ts';
export type { HeaderList } from './http/header-list.ts';
export type { Listener, RequestHead, ResponseHead } from './http/request-head.ts';
export type { EventStream, OwnAnswer, OwnEndpoints, OwnRequest, WholeAnswer } from './own-endpoint.ts';
export { plan } from './plan.ts';
export type { AnswerPlan, ForwardPlan, OwnPlan, Plan, RefusePlan } from './plan-shape.ts';
export type { Route, RouteRef, Ruleset } from './ruleset.ts';
