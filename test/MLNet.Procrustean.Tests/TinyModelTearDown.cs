using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean; // that of all test projects: a set-up covers its namespace and those in it

[SetUpFixture]
public sealed class TinyModelTearDown
{
    [OneTimeTearDown]
    public void RemoveTheSharedModelAndItsFolder() => TinyModel.Release();
}
