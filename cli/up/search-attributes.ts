import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { searchAttributes } from '../../temporal.config.ts';

/** `temporal.api.enums.v1.IndexedValueType` */
const keyword = 2;
const alreadyExists = 6;

/** Makes the server know Relevo's search attributes (keywords); those it knows already are left alone. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { operatorService } = connection;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter(
    (name) => !Object.hasOwn(customAttributes ?? {}, name),
  );
  for (const name of missing) {
    try {
      await operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: keyword } });
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== alreadyExists) throw error;
    }
  }
}
