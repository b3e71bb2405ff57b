using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

[SetUpFixture]
public sealed class TinyModelTearDown
{
    [OneTimeTearDown]
    public void RemoveTheSharedModelAndItsFolder() => TinyModel.Release();
}
