import 'reflect-metadata';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { allContracts, ApprovalResolved, EvaluateToolCalls, permissionsOf, ReadApprovalStatuses, serviceNames, SyncAccess, type EvaluateCall, type RequestContract, type ServiceName } from '@holdpoint/contracts';
import { NatsStrategy, openMessaging, type Messaging } from '@holdpoint/messaging';
import { eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { evaluating, judged, silent, startGatewayOn, syncing, usualAccess, type RunningGateway } from './testing/fake-services.ts';

jest.setTimeout(60_000);

const approvalId = 'apr_00000000000000000000000001';

@Controller()
class PolicyAdmin {
  @MessagePattern(SyncAccess.subject)
  sync(): unknown {
    return syncing(usualAccess)();
  }
}

@Controller()
class ApprovalWorkflow {
  @MessagePattern(ReadApprovalStatuses.subject)
  statuses(@Payload() { approvals }: { approvals: object[] }): unknown {
    return { statuses: approvals.map((name) => ({ ...name, status: 'pending' })) };
  }
}

/** Parks `pay` until its approval is named; answers what need not be parked first. */
@Controller()
class Evaluator {
  @MessagePattern(EvaluateToolCalls.subject)
  async *evaluate(@Payload() { calls }: { calls: EvaluateCall[] }): AsyncGenerator {
    const parks = ({ tool_call, approval_id }: EvaluateCall): boolean => tool_call.name === 'pay' && approval_id === undefined;
    const [all] = evaluating((call) => judged(call.tool_call.id, parks(call) ? { action: 'require_approval', approval_id: approvalId } : {}))({ calls });
    yield { answers: all?.answers.filter(({ index }) => !parks(calls[index]!)) };
    yield { answers: all?.answers.filter(({ index }) => parks(calls[index]!)) };
  }
}

@Module({ controllers: [PolicyAdmin] })
class PolicyAdminModule {}
@Module({ controllers: [ApprovalWorkflow] })
class ApprovalWorkflowModule {}
@Module({ controllers: [Evaluator] })
class EvaluatorModule {}

describe('the gateway on NATS, with no more rights than its contracts give it', () => {
  let nats: TestNats;
  let gateway: Omit<RunningGateway, 'services'>;
  let evaluator: INestMicroservice;
  const connections = new Map<ServiceName, Messaging>();
  const services: INestMicroservice[] = [];

  const connection = async (name: ServiceName): Promise<Messaging> => {
    const { password } = nats.user(name);
    const messaging = await openMessaging({ servers: nats.url, user: name, password, name, log: silent });
    connections.set(name, messaging);
    return messaging;
  };
  const serve = async (service: ServiceName, module: new () => object, contracts: RequestContract[]): Promise<INestMicroservice> => {
    const messaging = connections.get(service) ?? (await connection(service));
    const app = await NestFactory.createMicroservice(module, { strategy: new NatsStrategy({ messaging, service, contracts, concurrency: 8 }), logger: false });
    await app.listen();
    services.push(app);
    return app;
  };
  const validate = (names: string[], query = '') =>
    gateway.send({
      method: 'POST',
      url: `/v1/guard/default/agent/validate${query}`,
      key: 'agent0000000',
      body: JSON.stringify({ session_id: 's', tool_calls: names.map((name, index) => ({ id: `c${index}`, name, arguments: { __proto: 1, n: index } })) }),
    });

  beforeAll(async () => {
    nats = await startNats({ users: serviceNames.map((user) => ({ user, permissions: permissionsOf(user, allContracts) })) });
    await serve('policy-admin', PolicyAdminModule, [SyncAccess]);
    await serve('approval-workflow', ApprovalWorkflowModule, [ReadApprovalStatuses]);
    evaluator = await serve('evaluator', EvaluatorModule, [EvaluateToolCalls]);
    gateway = await startGatewayOn(await connection('gateway'));
  });
  afterAll(async () => {
    await gateway.stopAll();
    await Promise.all(services.map((service) => service.close()));
    await Promise.all([...connections.values()].map((messaging) => messaging.close()));
    await nats.stop();
  });

  it('has calls judged, those that are parked as well as the others', async () => {
    const response = await validate(['read', 'pay', 'read']);
    expect(response.status).toBe(200);
    expect((response.json() as { results: { action: string }[] }).results.map(({ action }) => action)).toEqual(['allow', 'require_approval', 'allow']);
  });

  it('has many callers’ calls judged at once, each with its own answer', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, at) => validate(at % 3 === 0 ? ['pay'] : ['read', 'read'])));
    expect(answers.map((answer) => (answer.json() as { results: { action: string }[] }).results.map(({ action }) => action).join())).toEqual(
      answers.map((_, at) => (at % 3 === 0 ? 'require_approval' : 'allow,allow')),
    );
  });

  it('holds a caller until the approval service says that a person decided', async () => {
    const answer = validate(['pay'], '?wait=60');
    await eventually(async () => /^holdpoint_waiting_callers 1$/m.test((await gateway.send({ url: '/metrics' })).body));
    connections.get('approval-workflow')?.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'approved' });
    expect((await answer).json()).toMatchObject({ action: 'allow' });
  });

  it('answers by failure mode while there is no evaluator, and judges again when there is one', async () => {
    await evaluator.close();
    expect((await validate(['read'])).json()).toMatchObject({ action: 'block', code: 'engine_unavailable' });
    evaluator = await serve('evaluator', EvaluatorModule, [EvaluateToolCalls]);
    expect((await validate(['read'])).json()).toMatchObject({ action: 'allow' });
  });

  it('answers while NATS is down, and judges again when it is back', async () => {
    await nats.kill();
    await eventually(() => connections.get('gateway')?.connected === false);
    expect((await validate(['read'])).json()).toMatchObject({ action: 'block', code: 'could_not_judge' });
    await nats.restart();
    await eventually(async () => ((await validate(['read'])).json() as { action: string }).action === 'allow', { timeoutMs: 20_000 });
  });

  it('stops although clients keep their connections open', async () => {
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      request({ host: '127.0.0.1', port: gateway.port, path: '/health/live', agent }, (response) => response.resume().on('end', () => resolve())).on('error', reject).end();
    });
    await gateway.stop();
    await expect(gateway.send({ url: '/health/live' })).rejects.toThrow();
    agent.destroy();
  });
});
