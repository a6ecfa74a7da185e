export { serviceNames, token } from './contract.ts';
export type { BroadcastContract, Contract, RequestContract, ServiceName, StreamContract } from './contract.ts';
