import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Global filter of a microservice: hands every error on to `NatsStrategy`, which logs defects once, with the error, through its own logger.
 * Without it Nest logs them through its logger; the replies are the same.
 */
@Catch()
export class PassDefects implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
